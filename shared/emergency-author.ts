/**
 * What stands for the name of whoever acts in an emergency, where others have their sign-in name: nobody is signed in by an account then.
 * Mails, files and the console show it as it is; pages have words for it in each language.
 */
export const EMERGENCY_AUTHOR = 'emergency administration';
