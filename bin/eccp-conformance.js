#!/usr/bin/env node
import { start } from './start.js';

start('eccp-conformance', 'conformance/cli.ts', 'dist/conformance/cli.js');
