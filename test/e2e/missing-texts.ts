/** Texts that a page of the test that runs asked for and that are not there. Whatever watches a page adds to it. */
export const missingTexts: string[] = [];
