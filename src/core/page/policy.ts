/**
 * What browsers may do for the page: run this script, use this style, open connections to where it came from, nothing else.
 * The digests are constants because this layer has no cryptography; a test computes them anew.
 */
const styleDigest = 'sha256-JGtD4tciC2K/IrlB9uDNcZCBf8n38TBMBHSQKQEEpV8=';
const scriptDigest = 'sha256-twpazY4wflv4KGRBjzDgmrkC1b0Iz/HBOFQ4IU8IWX4=';

/** The Content-Security-Policy of the page. Pictures are the tab's icon, which is part of the document. */
export const pagePolicy: string = [
  "default-src 'none'",
  `style-src '${styleDigest}'`,
  `script-src '${scriptDigest}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Names this edition of style and script, so that an open page finds out that the keeper was replaced by another. */
export const pageEdition: string = `${styleDigest.slice(7, 15)}${scriptDigest.slice(7, 15)}`;
