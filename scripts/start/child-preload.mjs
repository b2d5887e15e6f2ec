/**
 * Loaded before each child of the supervisor (`node --import`). The channel to the parent closes however the parent
 * ends, kill -9 included; a child that has lost it stops as if asked to, so that no start meets the leavings of another.
 * Plain JavaScript: a child that runs none of our TypeScript uncompiled (the bridge) need not load the compiler for this.
 */
process.channel?.unref();
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
