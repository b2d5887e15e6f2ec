/** pnpm format: repairs what the formatters and the linter can repair by themselves. */
import { nodeTool, pnpm, runTool } from './tools.ts';

const biome = await runTool(nodeTool('@biomejs/biome/bin/biome', 'check', '--write', '.'));
const pages = await runTool(pnpm('--filter', '@mitoyen/web', 'run', 'format'));
process.exit(biome || pages);
