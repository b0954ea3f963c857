import type { ErrorCode } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import { AUDIT_EXPLANATIONS } from './explain-audit-errors.ts';
import { HELPDESK_EXPLANATIONS } from './explain-helpdesk-errors.ts';
import { PEOPLE_EXPLANATIONS } from './explain-people-errors.ts';
import { SET_UP_EXPLANATIONS } from './explain-set-up-errors.ts';
import { TOKEN_EXPLANATIONS } from './explain-token-errors.ts';
import type { Explanation } from './explanation.ts';

/** What each error code means, for the terminal and for the reference. */
export const EXPLANATIONS: Record<ErrorCode, Explanation> = {
  ...HELPDESK_EXPLANATIONS,
  ...SET_UP_EXPLANATIONS,
  ...PEOPLE_EXPLANATIONS,
  ...TOKEN_EXPLANATIONS,
  ...AUDIT_EXPLANATIONS,
  'request.malformed': { meaning: 'The request does not have the expected form', fix: 'See `errors` in the answer, and the API reference' },
  'request.digits-unlike': { meaning: 'The number that was typed cannot be right by its form; it was not counted', fix: 'Type it again' },
  'request.not-json': { meaning: 'The body is not JSON', fix: 'Send Content-Type: application/json' },
  'request.encoding-refused': {
    meaning: 'The body is in another charset than UTF-8, or compressed',
    fix: 'Send plain UTF-8 (RFC 8259 8.1)',
  },
  'request.too-large': {
    meaning: 'The body is larger than any valid request',
    fix: 'Send less: a name, a password or a code is short',
  },
  'request.not-found': {
    meaning: 'There is nothing at this address',
    fix: 'Look into the API reference for the addresses there are',
  },
  'request.method-not-allowed': {
    meaning: 'This address does not take this method',
    fix: 'Look into the API reference for the methods there are',
  },
  'request.foreign-origin': {
    meaning: 'A browser sent the request from another site',
    fix: 'If people see this on the right site, organisation.publicUrl is not the address they use',
  },
  'request.timed-out': {
    meaning: 'The request took too long to arrive',
    fix: 'Send it again; if that stays, look at the network and the proxy in front of Keyturn',
  },
  'journey.token-missing': {
    meaning: 'The request belongs to no recovery',
    fix: 'Send the cookie, or Authorization: Bearer with the token',
  },
  'journey.not-found': { meaning: 'The token belongs to no recovery, or to one that has ended', fix: 'Start again' },
  'journey.expired': { meaning: 'The recovery took longer than recovery.journeyMinutes', fix: 'Start again' },
  'journey.replaced': { meaning: 'The browser has begun another recovery since; its pages show two', fix: 'Go on with the newer one' },
  'journey.step-unknown': {
    meaning: 'The recovery has no such step',
    fix: 'Go on with `step` of the latest answer',
  },
  'journey.step-passed': { meaning: 'The step was answered already', fix: 'Go on with `step` of the answer' },
  'journey.answer-not-fitting': {
    meaning: 'The answer does not fit the kind of the step',
    fix: 'Answer in the form that `step` asks for',
  },
  'journey.no-password-step': {
    meaning: 'Passwords are checked only while a new one is asked for',
    fix: 'Go on with `step` of the latest answer',
  },
  'session.missing': { meaning: 'The request belongs to nobody who is signed in', fix: 'Sign in, and send the cookie or the token' },
  'session.ended': {
    meaning:
      'The session is over: signed out, unused for too long, ended for a change to the account or for a role that was lost, or signing in was switched off',
    fix: 'Sign in again',
  },
  'session.not-proven': {
    meaning: 'The journey does not stand at the end of a sign-in, or has opened a session already',
    fix: 'Begin a journey with the goal `sign-in`',
  },
  'session.step-up-needed': {
    meaning: 'What is asked for needs a fresh proof',
    fix: 'Begin a step-up, and ask again',
  },
  'access.refused': {
    meaning: 'Somebody who is signed in may not do this for that account, or there is no such account; which of these is not told',
    fix: 'keyturn explain tells why; the reasons are in the audit log',
  },
  'access.management-refused': {
    meaning: 'Somebody who is signed in has no role that allows this at the installation',
    fix: 'keyturn explain tells which roles they hold; the reason is in the audit log',
  },
  'access.nobody-found': { meaning: 'No account has this name, or several have', fix: 'Give the whole sign-in name, and the directory' },
  'emergency.link-invalid': {
    meaning: 'The link of an emergency was opened before, replaced or retired, is over, or never was',
    fix: withLines('Make another one on the console', 'keyturn access emergency link --reason REASON'),
  },
  'emergency.passkey-needed': {
    meaning: 'Who was let in for an emergency has not made a passkey yet, and can do nothing before',
    fix: 'Make the passkey on the page that the link opened',
  },
  'session.of-an-emergency': {
    meaning: 'Who was let in for an emergency is nobody of any directory, and has nothing of their own here',
    fix: 'Sign out, and sign in as yourself',
  },
  'session.for-enrolment-only': {
    meaning: 'Who signed in with a password alone, having nothing enrolled, can do nothing but enrol',
    fix: 'Enrol something, and sign in with it',
  },
  'session.unknown': { meaning: 'The account has no such session, or not any more', fix: 'List the sessions again' },
  'notice.link-invalid': { meaning: 'The link from the notice is unknown or too old', fix: 'Call the helpdesk' },
  'enrolment.address-invalid': {
    meaning: 'This is no address that mail can be sent to',
    fix: 'Give one address, such as alice@example.com',
  },
  'enrolment.number-invalid': {
    meaning: 'This is no number that texts may be sent to',
    fix: 'Give a mobile number in international form, such as +4915112345678, of a country in sms.countries; --region of enrolment import takes one of those too',
  },
  'enrolment.seed-invalid': {
    meaning: 'This is no seed of an authenticator',
    fix: 'Give base32 (A to Z, 2 to 7) of at least 128 bits, which is 26 characters (RFC 4226 4), or leave the seed out to have one made',
  },
  'enrolment.hours-invalid': {
    meaning: 'A temporary pass is not issued for so long',
    fix: 'Give whole hours, up to factors.temporaryPass.longestHours of the configuration',
  },
  'enrolment.present': {
    meaning: 'The account has exactly this enrolled already; nothing was changed',
    fix: withLines('Look what the person has enrolled', 'keyturn enrolment list NAME'),
  },
  'enrolment.file-encoding': {
    meaning: 'The file is neither in UTF-8 nor in UTF-16 with a byte order mark',
    fix: withLines('Save it as UTF-8, in Excel as "CSV UTF-8", or convert it', 'iconv -f UTF-16 -t UTF-8 FILE > people.csv'),
  },
  'enrolment.columns': {
    meaning: 'The first line does not name the columns that are known',
    fix: 'Name account, and one or several of email, sms and totp; directory and label if you like',
  },
  'enrolment.quotes': {
    meaning: 'A quotation mark in this line is not closed, or stands within a field',
    fix: 'Write a mark within quoted text twice',
  },
  'enrolment.field-count': {
    meaning: 'This line has more or fewer fields than the first one',
    fix: 'Put fields that hold the separator in quotation marks',
  },
  'enrolment.line-too-long': { meaning: 'This line is longer than 64 KiB', fix: 'Look whether line breaks were lost' },
  'enrolment.json-broken': {
    meaning: 'The file is no JSON array from here on',
    fix: 'Give an array of objects, one a person: [{"account": "alice", …}]',
  },
  'enrolment.entry-malformed': {
    meaning: 'This entry has not the expected form',
    fix: 'Each is an object with account, email and sms (lists), totp, label and directory',
  },
  'enrolment.nothing-given': { meaning: 'Nothing to enrol is given for this person', fix: 'Fill email, sms or totp, or take the line out' },
  'enrolment.repeated-person': {
    meaning: 'This person was named before in the same file',
    fix: 'Keep one line a person; several addresses stand in one field, separated by spaces',
  },
  'enrolment.from-directory': {
    meaning: 'This address or number is not enrolled: it counts because the directory has it',
    fix: 'Change it in the directory, or take its attribute out of contacts of the directory',
  },
  'enrolment.factor-unknown': {
    meaning: 'The account has nothing enrolled under this id',
    fix: withLines('Take an id that this shows', 'keyturn enrolment list NAME'),
  },
  'enrolment.code-wrong': {
    meaning: 'The first code of a new proof is wrong',
    fix: 'Give the one that the app shows now, or that the newest mail has',
  },
  'enrolment.ceremony-over': {
    meaning: 'The adding of a proof is over: too late, too many wrong codes, used already, or begun in another session',
    fix: 'Begin anew',
  },
  'journey.hand-over-not-possible': {
    meaning: 'The recovery cannot go on at a phone: its proof is complete, it waits for somebody, or five codes were shown for it',
    fix: 'Go on where it was begun, or begin anew on the phone',
  },
  'phone.link-invalid': {
    meaning: 'The QR code for a phone is out of date, was opened by a phone already, was cut, or what it was for is over',
    fix: 'Show a new one where it was shown. If no phone of yours has opened it, somebody else has seen it: do not type digits that you do not see on your phone',
  },
  'phone.over': {
    meaning: 'The phone that was to be let in has waited too long, or the digits were wrong three times',
    fix: 'Show a new QR code where it was shown',
  },
  'phone.digits-wrong': {
    meaning: 'The two digits are not those that the phone shows',
    fix: 'Type those on the phone that is to be let in',
  },
  'directory.cannot-filter': {
    meaning: 'This kind of directory cannot be searched by that state or place',
    fix: 'Search without the filter, or name the kind of the server where it is one that Keyturn knows',
  },
  'directory.place-missing': {
    meaning:
      'People were looked for below a place that is not there, is no container, is outside of baseDn, or is hidden from the service account',
    fix: 'Name the DN of an organizational unit or other container at or below baseDn, and let the service account read it',
  },
  'invitation.invalid': {
    meaning: 'The invitation was used, taken back, replaced by a newer one, or is too old',
    fix: withLines('Invite them again', 'keyturn enrolment invite NAME --again'),
  },
  'invitation.other-account': {
    meaning: 'The invitation was made for another account than the one that signed in',
    fix: 'Sign in with the account that was invited',
  },
  'invitation.sign-in-off': {
    meaning: 'Nobody can sign in, which invited people do to set something up',
    fix: 'Set signIn.enabled in the configuration',
  },
  'invitation.none': {
    meaning: 'There is no invitation that could be taken back',
    fix: withLines('See who was invited', 'keyturn enrolment invitations'),
  },
  'enrolment.too-many': {
    meaning: 'The account has as many proofs of this kind as it may have',
    fix: 'Take one away that is not needed any more',
  },
  'enrolment.kind-not-asked': {
    meaning: 'No rule of proof asks for this kind, or browsers cannot make it at the public address',
    fix: 'Name it in recovery.rules or signIn.rules; for passkeys see organisation.publicUrl',
  },
  'enrolment.last-way': {
    meaning: 'Without this proof the account could not be recovered any more',
    fix: 'Add another one first, or ask for it with `anyway`',
  },
  'enrolment.answers-refused': {
    meaning: 'Answers to security questions cannot be taken as they are',
    fix: 'See `errors` in the answer: as many as are asked for, each long enough, no two alike, none with its question or a name in it',
  },
  'enrolment.put-off-over': {
    meaning: 'The deadline until which somebody may put off to add what proves them is over',
    fix: withLines('Let them add it, or give them longer', 'keyturn enrolment defer NAME --days 7 --reason TEXT'),
  },
  'enrolment.not-complete': {
    meaning: 'What the person can prove themselves with is not enough for a recovery yet',
    fix: withLines('Let them add what is missing; what that is tells', 'keyturn enrolment list NAME'),
  },
  'enrolment.right-invalid': {
    meaning: 'The right to add a proof was used already, or its time is over',
    fix: 'Recover the account once more, or call the helpdesk',
  },
  'vouch.over': {
    meaning: 'There is no such request to vouch for somebody, it was answered, withdrawn or too late, or another person was asked',
    fix: 'Whoever waits asks once more. `vouch.*` in the audit log tells what became of it.',
  },
  'vouch.digits-wrong': {
    meaning: 'The digits are not those on the page of the person who waits',
    fix: 'Have them read out by the person. After three wrong tries the request is over.',
  },
  'vouch.not-possible': {
    meaning:
      'Somebody cannot vouch for this person now: the account was closed, protected, frozen, changed or moved since the request, or the two would vouch for each other',
    fix: withLines('Find out what holds the account up, and have the person begin anew', 'keyturn recovery status NAME'),
  },
  'passkey.malformed': {
    meaning: 'The answer of the passkey is not of the form that WebAuthn has for it',
    fix: 'Try again with a current browser',
  },
  'passkey.out-of-date': {
    meaning: 'The answer of the passkey is one to an earlier question',
    fix: 'Try again: each question is answered once',
  },
  'passkey.wrong-site': {
    meaning: 'The passkey was used at another address, or is one of another site',
    fix: 'Use the address of organisation.publicUrl; if people do, look whether factors.passkey.rpId is a parent domain of it',
  },
  'passkey.user-not-verified': {
    meaning: 'The device did not check who uses the passkey',
    fix: 'Use one with fingerprint, face or PIN',
  },
  'passkey.unknown': {
    meaning: 'The passkey is not enrolled, or not any more',
    fix: withLines('Look what the person has enrolled', 'keyturn enrolment list NAME'),
  },
  'passkey.account-barred': {
    meaning: 'The passkey is right, and its account cannot be recovered: disabled, protected, frozen, or gone',
    fix: withLines('Find out why', 'keyturn recovery status NAME'),
  },
  'passkey.present': { meaning: 'The passkey is enrolled already', fix: 'Use it' },
  'guard.slow-down': { meaning: 'Too many requests', fix: 'Wait for as long as `retryAfter` says. The limits are in `guard`' },
  'directory.unavailable': {
    meaning: 'The directory does not answer at the moment; nothing was changed',
    fix: withLines('Find out why', 'keyturn doctor'),
  },
  'directory.unreachable': {
    meaning: 'None of the configured directory servers could be reached; nothing was changed',
    fix: withLines('Check addresses, DNS and firewalls, and look what this says', 'keyturn doctor'),
  },
  'directory.timed-out': {
    meaning: 'The directory did not answer in time; nothing was changed',
    fix: 'Look at the load of the server, or raise operationTimeoutMilliseconds',
  },
  'directory.outcome-unknown': {
    meaning: 'A change was sent to the directory and its answer never came',
    fix: 'Nothing to do: Keyturn reads the account to find out, and records what it found',
  },
  'directory.tls-unknown-ca': {
    meaning: 'The certificate of the directory server is signed by an authority that is not known here',
    fix: 'Put the PEM file of that authority into tls.caFile',
  },
  'directory.tls-wrong-name': {
    meaning: 'The certificate of the directory server is made out to another name',
    fix: 'Use that name in the address, or set tls.serverName',
  },
  'directory.tls-expired': {
    meaning: 'The certificate of the directory server has expired, or is not valid yet',
    fix: 'Renew it, and check the clocks',
  },
  'directory.tls-failed': {
    meaning: 'No encrypted connection to the directory server could be made',
    fix: 'Check that the port speaks TLS',
  },
  'directory.plain-refused': {
    meaning: 'Keyturn does not send passwords over an unencrypted connection',
    fix: 'Use ldaps://, or tls.startTls',
  },
  'directory.root-hidden': {
    meaning: 'The directory server does not show the service account what it offers, so nothing may be concluded from it',
    fix: 'Let it read the entry with the empty DN (root DSE) with its operational attributes',
  },
  'directory.service-account-refused': {
    meaning: 'The directory does not accept the service account',
    fix: 'Check serviceAccount.name, its password, and whether the account is locked or expired',
  },
  'directory.read-only': {
    meaning: 'No server of the directory that can be reached takes writes; nothing was changed',
    fix: 'List a server that takes writes under `servers`, or bring it back',
  },
  'directory.no-right': { meaning: 'The service account lacks a right it needs', fix: 'Delegate it on the places where the accounts live' },
  'directory.limit-exceeded': {
    meaning: 'The directory server gives the service account only a part of what a search finds',
    fix: 'Raise the limits of the server for the service account',
  },
  'directory.account-missing': {
    meaning: 'No directory has this account, or not any more',
    fix: 'Check the name; `identifiers`, `baseDn` and `peopleFilter` of a directory say who is found',
  },
  'directory.entry-moved': {
    meaning: 'The entry got another name or place in the directory between its reading and the write; nothing was changed',
    fix: 'Try again: it is read and judged anew',
  },
  'directory.ambiguous': { meaning: 'Several accounts fit where only one may', fix: 'Use identifiers that are unique in the directory' },
  'directory.protocol': { meaning: 'The directory answered something that Keyturn does not understand', fix: 'The log has the raw answer' },
  'directory.not-configured': {
    meaning: 'No directory with this id is configured',
    fix: 'Do not change ids: factors and events refer to them',
  },
  'directory.address-invalid': {
    meaning: 'This is no address of a directory',
    fix: 'Give a domain, a host with or without a port, or an address such as ldaps://dc1.example.com',
  },
  'directory.no-delegation': {
    meaning: 'There are no access rules to print for a directory of this kind, or not for this tool',
    fix: 'Leave the tool out; for another LDAP server let the service account read people and groups and write userPassword of the people, as its own handbook tells',
  },
  'store.unavailable': {
    meaning: 'The database cannot be used at the moment',
    fix: 'Check that it runs, its address, and free disk space',
  },
  'store.unsuitable': {
    meaning: 'The database is not fit for Keyturn',
    fix: 'Make it as the page database.md of the handbook says',
  },
  'store.in-use': {
    meaning: 'Another process has the database open',
    fix: withLines('Stop Keyturn on this machine first, and every command that still runs', 'systemctl stop keyturn'),
  },
  'store.not-empty': {
    meaning: 'The database to move to is not empty',
    fix: 'Make a new one as the page database.md of the handbook says, and name that',
  },
  'store.no-schema': {
    meaning: 'The database is empty',
    fix: withLines('The first start makes what it needs', 'keyturn serve'),
  },
  'store.older-schema': {
    meaning: 'The database was made by an older release of Keyturn',
    fix: withLines('Take a backup; the next start brings it up to date', 'keyturn serve'),
  },
  'store.newer-schema': {
    meaning: 'The database was used by a newer release of Keyturn',
    fix: 'Run that release, or restore a backup from before',
  },
  'store.wrong-key': {
    meaning: 'The keys of the settings do not belong to this database',
    fix: 'Give this node the same `keys` as the others, or those that the backup was made with',
  },
  'store.undecryptable': {
    meaning: 'Sealed data cannot be opened: its key is not in `keys`, or the row was changed or moved in the database',
    fix: withLines('Add a missing key to `keys`, after the current one, and count the rows that stay closed', 'keyturn doctor'),
  },
  'mail.refused': { meaning: 'The mail server refused the message for good', fix: 'Check the sender and recipient addresses' },
  'mail.deferred': {
    meaning: 'The mail server does not take mail for this recipient at present',
    fix: 'It is tried again. Where it goes on, look into the log of the mail server',
  },
  'mail.unavailable': {
    meaning: 'No mail server took the message; it is tried again',
    fix: withLines('Check mail.servers, and look what this says', 'keyturn doctor'),
  },
  'sms.refused': {
    meaning: 'No gateway takes this text, or its number is in no allowed country',
    fix: 'Check the number, sms.countries and what the gateway answers',
  },
  'sms.gateway-unknown': {
    meaning: 'A test text was to leave by a gateway that the configuration does not have, be it the one in force or the one to be tried',
    fix: 'Name a gateway of that configuration',
  },
  'sms.unavailable': {
    meaning: 'No gateway took the text; it is tried again',
    fix: withLines('Check sms.gateways, and look what this says', 'keyturn doctor'),
  },
  'sms.outcome-unknown': {
    meaning: 'A gateway may have taken the text and did not say so; it is not sent again',
    fix: 'Ask for another code; check the time limit and the health of the gateway',
  },
  'configuration.invalid': {
    meaning: 'The configuration is not in order',
    fix: withLines('Correct what is listed, then check it again', 'keyturn config check FILE'),
  },
  'configuration.not-in-order': {
    meaning: 'People were to be counted by a configuration, or a text sent by a gateway of one, that could not be put into force',
    fix: withLines('Mend what the check finds, in the browser or here', 'keyturn config check FILE'),
  },
  'configuration.conflict': {
    meaning: 'The configuration was changed by somebody else in the meantime',
    fix: withLines('Look at the differences, then apply again', 'keyturn config diff FILE'),
  },
  'configuration.read-only': {
    meaning: 'Somebody wanted to change the configuration in the browser, where administration.readOnlyInBrowser forbids it',
    fix: withLines('Change it on the console', 'keyturn config apply FILE'),
  },
  'configuration.unknown-version': {
    meaning: 'There is no such version of the configuration',
    fix: withLines('See which there are', 'keyturn config history'),
  },
  'configuration.missing': {
    meaning: 'There is no such configuration yet',
    fix: withLines('Put it under `configuration:` in the settings file before the first start, or apply one', 'keyturn config apply FILE'),
  },
  'configuration.secret-missing': {
    meaning: 'A secret reference leads nowhere',
    fix: 'Set the variable, or create the file, that it names',
  },
  'settings.foreign-owner': {
    meaning: 'The data belong to another user, who could not open what root would make there',
    fix: 'Run the command as that user',
  },
  'settings.invalid': { meaning: 'The boot settings are not in order', fix: 'Correct what is listed' },
  'breached.list-missing': { meaning: 'The list of breached passwords is not there', fix: 'Correct its path' },
  'breached.list-truncated': {
    meaning: 'The list of breached passwords ends too early',
    fix: withLines(
      'Fetch the rest of it and run the import again: it goes on from where it was. If a plain list is whole and only lacks the end of its last line, add that',
      'echo >> LIST',
    ),
  },
  'breached.list-malformed': {
    meaning: 'The file is no list of breached passwords: each line must be HASH:COUNT',
    fix: 'Use the SHA-1 or NTLM list of Have I Been Pwned, as UTF-8 text, plain or gzip. Unpack other archives first',
  },
  'breached.list-damaged': { meaning: 'The compressed list is damaged', fix: 'Fetch it again' },
  'breached.list-empty': { meaning: 'The list of breached passwords is empty', fix: 'Fetch it again' },
  'breached.checksum-differs': {
    meaning: 'The list is not the one whose SHA-256 was given; nothing was replaced',
    fix: 'Fetch it again, or correct --sha256',
  },
  'breached.import-running': {
    meaning: 'Another import into the same file is running',
    fix: 'Wait for it. If that process is something else, delete the named lock file',
  },
  'breached.no-space': {
    meaning: 'The disk is full; the file in use was not touched',
    fix: 'Make room (12 bytes a hash while importing) and run the import again: it goes on from where it was',
  },
  'breached.file-missing': {
    meaning: 'The file of breached passwords is not there',
    fix: withLines('Correct its path, or make it', 'keyturn breached import LIST'),
  },
  'breached.file-damaged': {
    meaning: 'The file of breached passwords is damaged, or of another version',
    fix: withLines('Make it anew', 'keyturn breached import LIST'),
  },
  'internal.unexpected': {
    meaning: 'Something unexpected happened',
    fix: 'Run the command again with --debug, or look for the request id in the log',
  },
};
