/**
 * What stands for the name of whoever acts in an emergency, where others have their sign-in name: nobody is signed in by an account then.
 * Files and the console show it as it is; pages, mails and the history have words for it in each language.
 */
export const EMERGENCY_AUTHOR = 'emergency administration';
