import { describeDirectory } from './describe-directory.ts';
import { createOpenldapHarness } from './harness-openldap.ts';

describeDirectory('any LDAP server', () => createOpenldapHarness('ldap'), ['identity', 'passwords', 'states', 'network']);
