import { describeDirectory } from './describe-directory.ts';
import { createEmbeddedHarness } from './harness-embedded.ts';

describeDirectory('the embedded directory', createEmbeddedHarness, ['identity', 'passwords', 'states', 'no-network']);
