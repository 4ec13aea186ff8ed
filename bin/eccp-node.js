#!/usr/bin/env node
import { start } from './start.js';

start('eccp-node', 'src/cli.ts', 'dist/src/cli.js');
