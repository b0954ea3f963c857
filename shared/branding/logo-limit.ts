/** Bytes of an image: two of them are part of the configuration, which is sent whole, and one is loaded with every first page. */
export const LARGEST_LOGO = 60_000;
