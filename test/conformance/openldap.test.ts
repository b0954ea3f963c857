import { describeDirectory } from './describe-directory.ts';
import { createOpenldapHarness } from './harness-openldap.ts';

describeDirectory('OpenLDAP', () => createOpenldapHarness('openldap'), ['identity', 'passwords', 'states', 'network']);
