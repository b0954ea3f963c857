import type { ReactNode } from 'react';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';

interface SimplePageProps {
  title: string;
  paragraphs?: readonly string[];
  mistakes?: readonly Mistake[];
  action?: { label: string; onPress: () => void };
  /** Another way out, which is less likely meant. */
  other?: { label: string; onPress: () => void };
  children?: ReactNode;
}

/** A page that says something and offers the one sensible action. */
export function SimplePage({ title, paragraphs = [], mistakes = [], action, other, children }: SimplePageProps) {
  return (
    <Question title={title} mistakes={mistakes} focusOn={title}>
      {(paragraphs.length > 0 || children !== undefined) && (
        <Prose>
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {children}
        </Prose>
      )}
      {action !== undefined && (
        <Actions>
          <ActionButton onPress={action.onPress}>{action.label}</ActionButton>
          {other !== undefined && (
            <ActionButton look="quiet" onPress={other.onPress}>
              {other.label}
            </ActionButton>
          )}
        </Actions>
      )}
    </Question>
  );
}
