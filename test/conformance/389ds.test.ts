import { describeDirectory } from './describe-directory.ts';
import { create389dsHarness } from './harness-389ds.ts';

describeDirectory('389 Directory Server', create389dsHarness, ['identity', 'passwords', 'states', 'network']);
