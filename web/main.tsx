import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTexts } from './texts.ts';
import { UiProvider } from './ui/ui-provider.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has lost its #root');
// The texts of one language come first: a page never shows a key, and never changes its words under the reader.
startTexts().then(
  () =>
    createRoot(root).render(
      <UiProvider>
        <App />
      </UiProvider>,
    ),
  // The page file has words for it: nothing else is there to speak with.
  () => root.classList.add('kt-failed'),
);
