import { E2eeError } from '../../../src/e2ee.ts';

/** The code with which a device refuses to open something; `ok` where it does not. */
export async function codeOf(opened: Promise<unknown>): Promise<string> {
  try {
    await opened;
    return 'ok';
  } catch (error) {
    if (error instanceof E2eeError) return error.code;
    throw error;
  }
}
