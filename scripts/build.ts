/** pnpm build: web/build, the only thing that is built (everything else runs as it is written). */
import { seconds } from './start/console.ts';
import { ensureWebBuild, WEB_BUILD } from './start/web-build.ts';

const startedAt = performance.now();
const built = await ensureWebBuild((line) => console.log(line));
console.log(built ? `Built ${WEB_BUILD} in ${seconds(performance.now() - startedAt)}` : `${WEB_BUILD} is up to date`);
