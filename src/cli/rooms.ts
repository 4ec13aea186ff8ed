// eccp-node rooms: rooms that wait for other nodes after a restore, and the operator's word that they need not.
import { type Command, InvalidArgumentError } from 'commander';
import { isRoomId } from '../core/ids.ts';
import type { WaitingRooms } from '../generated/api.ts';
import { act, type DataDirOption, dataDirOf, dataDirOption } from './command.ts';
import { OperatorApi } from './operator-api.ts';

/** @param done is told the exit code of the command that ran. */
export function addRoomsCommand(program: Command, done: (code: number) => void): void {
  const rooms = program
    .command('rooms')
    .description('Rooms that wait, after a restore, for what other nodes hold of them.')
    .showHelpAfterError('Try eccp-node rooms --help.');
  const waiting = rooms
    .command('waiting')
    .description('List the rooms that wait, each with the nodes that have not answered.')
    .addOption(dataDirOption())
    .option('--json', 'as JSON (schemas/WaitingRooms.json)')
    .addHelpText('after', '\nExample:\n  eccp-node rooms waiting --data-dir /var/lib/eccp');
  act(waiting, done, listWaiting);
  const resume = rooms
    .command('resume')
    .description('Let a room go on without the answers that it waits for.')
    .argument('<room>', 'its id', roomId)
    .addOption(dataDirOption())
    .addHelpText(
      'after',
      `
What a node that did not answer holds of the room may then contradict what comes: such a room is frozen there for good.

Example:
  eccp-node rooms resume '!Cyz1Sn9e9XNcIpxq03nTRqdJFaAqQzgPeFBoAHH5gWg:node.example.org'`,
    );
  act(resume, done, resumeRoom);
}

async function listWaiting(options: DataDirOption & { json?: true }): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  const answer = await api.call<WaitingRooms>('GET', '/rooms/waiting');
  if (options.json) console.log(JSON.stringify(answer, null, 2));
  else if (answer.rooms.length === 0) console.log('No room waits.');
  else for (const { room_id, nodes } of answer.rooms) console.log(`${room_id}  ${nodes.join(', ')}`);
  return 0;
}

async function resumeRoom(room: string, options: DataDirOption): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  await api.call('POST', `/rooms/${encodeURIComponent(room)}/resume`);
  console.log(`${room} goes on.`);
  return 0;
}

function roomId(text: string): string {
  if (!isRoomId(text)) throw new InvalidArgumentError("Use the id of a room, in '' because of its first character.");
  return text;
}
