/** Where Debian's package puts it; another place can be named in the environment. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
