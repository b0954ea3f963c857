import { describeDirectory } from './describe-directory.ts';
import { createActiveDirectoryHarness } from './harness-active-directory.ts';

describeDirectory('Active Directory', () => createActiveDirectoryHarness(), { network: true });
