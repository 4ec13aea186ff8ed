import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { pino } from 'pino';
import { startNode } from './app.ts';
import { addAuditCommand } from './cli/audit.ts';
import { addKeysCommand } from './cli/keys.ts';
import { addPeersCommand } from './cli/peers.ts';
import { addRoomsCommand } from './cli/rooms.ts';
import { ConfigError, readConfig, type ServeOptions } from './config.ts';
import * as events from './events.ts';

/** Exit codes: 0 done, 1 the node could not start or go on, 2 wrong use. */
const failed = 1;
const wrongUse = 2;

/**
 * Runs `eccp-node`.
 *
 * @param argv the arguments after the program's name.
 * @returns the exit code.
 */
export async function main(argv: string[]): Promise<number> {
  let code = 0;
  const program = new Command('eccp-node')
    .description('A small homeserver of the ECCP network.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('Try eccp-node serve --help.');
  program
    .command('serve')
    .description('Serve a node until SIGTERM or SIGINT.')
    .requiredOption('--server-name <name>', 'the name that stands in the ids of its users, such as node.example.org')
    .requiredOption('--public-base-url <url>', 'where clients reach it, such as https://node.example.org')
    .requiredOption(
      '--bootstrap-admin <address>',
      'the first administrator, such as admin@example.org: becomes the account @admin:<name>',
    )
    .addOption(new Option('--data-dir <path>', 'where it keeps everything').env('ECCP_DATA_DIR').default('./eccp-data'))
    .addOption(new Option('--listen <host:port>', 'where it listens').env('ECCP_LISTEN').default('127.0.0.1:8448'))
    .option('--registration <mode>', 'who may register: open, token or closed', 'closed')
    .addOption(new Option('--registration-token <text>', 'what new users have to give').env('ECCP_REGISTRATION_TOKEN'))
    .addOption(
      new Option('--tls-cert <file>', 'its certificate and the chain above it, in PEM: serves HTTPS').env(
        'ECCP_TLS_CERT',
      ),
    )
    .addOption(new Option('--tls-key <file>', 'the private key of the certificate, in PEM').env('ECCP_TLS_KEY'))
    .option(
      '--kind <kind>',
      'what others are told of it: public, private, invite_only or experimental (default: by --registration)',
    )
    .option('--region <text>', 'where it stands, as others are told, such as eu-west')
    .option(
      '--federation-mode <mode>',
      'first start only: which peers it deals with, open, moderated or allow_list',
      'open',
    )
    .option('--federation-allow <node>', 'first start only: a peer of allow_list (repeatable)', collect)
    .option('--trusted-roots <file>', 'certificates in PEM that vouch for peers in place of those of the system')
    .option(
      '--allow-peer-range <range>',
      'addresses that peers may have although they are private, such as 10.0.0.0/8 (repeatable)',
      collect,
    )
    .option('--allow-insecure-loopback', 'plain HTTP to peers named localhost:<port>, 127.0.0.1:<port> or [::1]:<port>')
    .option('--key-rotation-interval <time>', 'how long it signs with one key, such as 90d or 12h', 'never')
    .option('--restored', 'after a restore from a backup, once: wait until other nodes have told what the backup lacks')
    .option('--repair', 'move damaged parts of the store aside and go on without them')
    .addOption(
      new Option('--log-level <level>', 'how much to log').choices(['debug', 'info', 'warn', 'error']).default('info'),
    )
    .addHelpText(
      'after',
      `
Example:
  eccp-node serve --server-name node.example.org --public-base-url https://node.example.org \\
    --bootstrap-admin admin@example.org

With --tls-cert and --tls-key it serves HTTPS, and SIGHUP makes it read both files again; without, it serves plain
HTTP for a proxy in front of it. Other nodes are told in /.well-known/eccp/server where it is.

The log goes to standard error, one JSON object a line.`,
    )
    .action(async (options: ServeOptions & { logLevel: string }) => {
      code = await serve(options);
    });
  const done = (result: number) => {
    code = result;
  };
  addKeysCommand(program, done);
  addPeersCommand(program, done);
  addRoomsCommand(program, done);
  addAuditCommand(program, done);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse;
    throw error;
  }
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function serve(options: ServeOptions & { logLevel: string }): Promise<number> {
  const logger = pino({ level: options.logLevel }, pino.destination({ fd: 2, sync: false }));
  try {
    const config = readConfig(options, process.cwd());
    const stop = new Promise<string>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal));
    });
    const node = await startNode(config, packageVersion(), logger, ({ userId, password }) => {
      console.log(`Administrator: ${userId}\nOne-time password, shown only now: ${password}`);
    });
    const host = node.address.family === 'IPv6' ? `[${node.address.address}]` : node.address.address;
    console.log(`${config.serverName} serves at ${config.tls ? 'https' : 'http'}://${host}:${node.address.port}`);
    if (config.tls) process.on('SIGHUP', () => void node.reload());
    events.stopping(logger, await stop);
    await node.stop();
    return 0;
  } catch (error) {
    console.error(`eccp-node: ${explain(error, options)}`);
    if (!isMistake(error)) logger.error({ err: error }, 'not started, or ended by an error'); // with causes and stack
    return error instanceof ConfigError ? wrongUse : failed;
  }
}

/** Whether the line for the user says all there is to say. */
function isMistake(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof ConfigError || ['EADDRINUSE', 'EACCES', 'EPERM'].includes(code ?? '');
}

function explain(error: unknown, options: ServeOptions): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `something listens on ${options.listen} already; stop it, or use --listen with another port`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${message}; let this user write to ${options.dataDir}, or use another --data-dir`;
  return message ?? String(error);
}

function packageVersion(): string {
  const here = new URL('../package.json', import.meta.url); // from src/; compiled, it is one folder deeper
  const file = existsSync(here) ? here : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
