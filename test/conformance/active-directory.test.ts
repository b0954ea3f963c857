import { describeDirectory } from './describe-directory.ts';
import { createActiveDirectoryHarness } from './harness-active-directory.ts';

describeDirectory('Active Directory', () => createActiveDirectoryHarness(), ['identity', 'passwords', 'states', 'network']);

// The history in force without the server's help: only what sets a password differs.
describeDirectory('Active Directory with resets in two steps', () => createActiveDirectoryHarness('two-step'), ['passwords']);
