// Preloaded into the Node-RED process that a test starts (node --require): it tells the test when flows run, and ends
// Node-RED when the test process is gone for whatever reason, so that nothing outlives a test run.
const { createRequire } = require('node:module');

const { events } = createRequire(process.argv[1])('@node-red/util');

process.on('disconnect', () => process.exit(1));
events.on('flows:started', () => process.send({ settled: 'started' }));
// Flows with unknown types, or in safe mode, are loaded but never start.
events.on('runtime-event', ({ id, payload }) => {
  if (id === 'runtime-state' && payload?.error) process.send({ settled: payload.error });
});
