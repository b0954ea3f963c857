import type { ErrorCode } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import type { Explanation } from './explanation.ts';

type HelpdeskCode = Extract<
  ErrorCode,
  | `${'account' | 'case' | 'helpdesk-link' | 'emergency' | 'list' | 'live' | 'message' | 'outbox' | 'threat'}.${string}`
  | 'people.searched-too-often'
>;

/** Errors about accounts that are to be helped, cases, lists, live notices, emergencies, messages that wait and raised threats: a part of `EXPLANATIONS`. */
export const HELPDESK_EXPLANATIONS: Record<HelpdeskCode, Explanation> = {
  'account.write-open': {
    meaning: 'Another write to the same account has not ended, or its outcome is not known yet',
    fix: 'Try again in a minute: it ends by itself',
  },
  'account.disabled': {
    meaning: 'An agent or a manager would help somebody whose account is disabled in its directory; nothing is written to it',
    fix: 'Enable the account in the directory where that is wanted, and try again: a receipt is as good as before for its minutes',
  },
  'account.expired': {
    meaning: 'An agent or a manager would help somebody whose account is past its end in its directory; nothing is written to it',
    fix: 'Set a later end in the directory where that is wanted, and try again',
  },
  'account.without-password': {
    meaning: 'An agent or a manager would help somebody whose account does not sign in by a password',
    fix: 'None: what a password could do is done by a smart card there',
  },
  'account.frozen': {
    meaning: 'The owner of the account has said "this was not me": nobody resets or unlocks it until it is released',
    fix: withLines('Find out what happened, and release it in a case for that, or by', 'keyturn recovery release LOGIN --reason REASON'),
  },
  'case.unknown': { meaning: 'The agent has no such case', fix: 'List the cases again' },
  'message.address-not-own': {
    meaning: 'A test message was to go to what is no address or number of the administrator, or does not count yet',
    fix: 'Choose one of those that the page offers; add one where you are signed in, and wait for its cool-down',
  },
  'outbox.message-gone': {
    meaning: 'There is no such message any more: it has left, or was deleted',
    fix: withLines('List them again', 'keyturn outbox list'),
  },
  'outbox.message-expired': {
    meaning: 'Nobody can use the message any more, so it is not tried again',
    fix: 'None is needed: it is cleared away by itself',
  },
  'outbox.message-busy': {
    meaning: 'Somebody is delivering the message now, or it was not tried yet',
    fix: withLines('Look again in a minute', 'keyturn outbox list'),
  },
  'people.searched-too-often': {
    meaning: 'Somebody, or a program, has searched for people more often than `guard.searchesPerSession` or `guard.searchesPerAgent` says',
    fix: 'Prove anew who you are where `anyOf` says by what, or wait for as long as `retryAfter` says, and take a long list away as CSV. See who it was in the history (`people.searched-too-often`): a session may have been stolen. Raise the limit for a program that needs more',
  },
  'list.too-many': {
    meaning: 'Two lists of people, or of the history, are being taken away at one node already, or one by the same person or token',
    fix: 'Wait until it has arrived; a reader who reads no further is cut off',
  },
  'live.too-many': {
    meaning: 'One account watches live notices in more than 6 windows at one node, or the node has 1,000 watchers already',
    fix: 'Close windows of the helpdesk that nobody looks at, or add a node; cases are asked for every few seconds instead',
  },
  'case.passed': {
    meaning: 'The case is over, or somebody has moved it on meanwhile: another agent, the caller, or the same agent in another window',
    fix: 'Look at the case again; open another one if it is closed',
  },
  'case.open-elsewhere': {
    meaning: 'Another agent has a case about the account that is not over',
    fix: 'Ask them, or open it with `replace` and a reason, which ends theirs; they are told',
  },
  'case.receipt-needed': {
    meaning:
      'There is no receipt of the caller that fits: they were not verified in this case, too long ago, or the account was written to since',
    fix: 'Open a case and have the caller confirm the call',
  },
  'case.reset-way-refused': {
    meaning: 'The roles of the agent do not let them have a password set in this way: `resetBy` says in which',
    fix: 'Send a link, or have somebody help whose roles allow more',
  },
  'case.channel-unknown': {
    meaning: 'The mailbox for the link is none of the person’s any more, waits for its cool-down, or is of a domain that does not count',
    fix: 'Choose again from what the case offers',
  },
  'helpdesk-link.invalid': {
    meaning:
      'The link of the helpdesk is out of date, was used, was replaced by a newer one, or was opened too often; or its case is over, or its agent may not help so any more',
    fix: 'Have the helpdesk send another one',
  },
  'helpdesk-link.number-wrong': {
    meaning: 'The number that was typed is not the one of the link',
    fix: 'Ask the agent for the number again',
  },
  'case.reason-missing': {
    meaning:
      'Neither a case that needs a reason, nor the taking over of another agent’s, nor an act for an unverified caller goes without one',
    fix: 'Give one',
  },
  'case.approval-needed': {
    meaning: 'A second agent has to approve this, and has not yet; the case waits for one',
    fix: 'Have another agent with the same permission look at their approvals, then act again',
  },
  'case.approval-own': {
    meaning: 'Whoever asks for an approval, or has vouched for the caller, cannot give it, by whichever of their accounts',
    fix: 'Have somebody else approve it',
  },
  'case.ticket-missing': { meaning: '`helpdesk.ticketNeeded` wants the number of a ticket', fix: 'Give one' },
  'case.ticket-unlike': { meaning: 'The ticket does not look like `helpdesk.ticketPattern`', fix: 'Check the number, or the pattern' },
  'case.way-refused': {
    meaning: 'No role of the agent lets them verify this caller so, or another one that allows the same act does not',
    fix: 'Have the caller confirm the call on their own device, or see `roles[].otherWays`',
  },
  'case.kinds-missing': {
    meaning: 'A case for `remove-proofs` says which kinds of proofs it is to remove, and no other case does',
    fix: 'Give `kinds`, or leave it out',
  },
  'case.nothing-to-remove': {
    meaning: 'The person has enrolled nothing of a kind that is to be removed; what the directory knows of them is changed there',
    fix: 'Look at what the person has, and open a case for that',
  },
  'case.nothing-enrolled': {
    meaning:
      'Nothing of this kind counts for the caller: it is not set up, waits for its cool-down, was given in this case already, or there are fewer questions than `helpdesk.questionsNeeded`; or the agent has typed the answers to these questions before, and knows them since',
    fix: 'Choose another way',
  },
  'case.nothing-asked': { meaning: 'There is nothing that the caller was asked for, or it is too old', fix: 'Ask again' },
  'case.answer-unlike': { meaning: 'What was typed cannot be an answer by its form; it was not counted', fix: 'Type it again' },
  'case.answer-wrong': { meaning: 'What the caller said is wrong; the third time the case ends', fix: 'Ask the caller again' },
  'case.nobody-vouches': {
    meaning: 'The directory names no manager of the caller who could vouch and is not the agent, and there are no deputies',
    fix: 'Choose another way, or see `factors.manager.deputies`',
  },
  'case.too-often': {
    meaning:
      'The share that the helpdesk has of the messages and of the wrong proofs of one account is used up, or another code was asked for too soon',
    fix: 'Wait, have the caller confirm the call on their own device, or see `guard.messagesPerAccount` and `guard.failuresPerAccount`',
  },
  'emergency.link-invalid': {
    meaning: 'The link of an emergency was opened before, replaced or retired, is over, or never was',
    fix: withLines('Make another one on the console', 'keyturn access emergency link --reason REASON'),
  },
  'emergency.passkey-needed': {
    meaning: 'Who was let in for an emergency has not made a passkey yet, and can do nothing before',
    fix: 'Make the passkey on the page that the link opened',
  },
  'threat.not-raised': { meaning: 'No threat is raised, so there is none to lift', fix: 'Nothing is to be done' },
  'threat.another-needed': {
    meaning: 'Whoever agreed first that a threat is over cannot be the second one as well',
    fix: withLines('Have somebody else lift it within the hour', 'keyturn threat lift'),
  },
  'threat.changed': {
    meaning: 'Somebody else raised or lifted the threat at the same moment',
    fix: withLines('See how it stands, and try again', 'keyturn threat status'),
  },
  'threat.settings-held': {
    meaning: 'The section `threat` is not changed in the browser while a threat is raised: one alone could end it so',
    fix: withLines('Have two people lift it first, or change it on the console', 'keyturn config apply FILE'),
  },
};
