// npm run audit:runtime: whether advisories are known for what the package installs at its users', in the versions of
// package-lock.json. Ends with 0 only when the registry has answered and knows none: many mirrors answer no audits.
import { npmAnswer } from './lib/npm.mjs';
import { readJson } from './lib/project.mjs';
import { Totals } from './lib/totals.mjs';

const locked = Object.entries(readJson('package-lock.json').packages)
  .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
  .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`);

const totals = new Totals();
const report = audit();
if (report.vulnerabilities === undefined) {
  const reason = report.message ?? report.statusCode ?? 'nothing that can be read';
  console.log(
    `no answer: the registry answers no audit (${reason}), so nothing is known about ${locked.join(', ')}. ` +
      'npm_config_registry names another registry.',
  );
  process.exitCode = 1;
} else {
  const findings = Object.values(report.vulnerabilities);
  for (const { name, severity, range, via } of findings) {
    const advisories = via.map((cause) => (typeof cause === 'string' ? cause : `${cause.title} (${cause.url})`));
    console.log(`FAILED: ${name} ${range}, ${severity}: ${advisories.join('; ')}`);
  }
  if (findings.length === 0) console.log(`ok: no advisory for ${locked.join(', ')}`);
  totals.add(findings.length === 0 ? { passed: 1 } : { failed: 1 });
  process.exitCode = findings.length === 0 ? 0 : 1;
}
totals.report();

/** npm's report, or its error: https://docs.npmjs.com/cli/commands/npm-audit writes either to its output. */
function audit() {
  const answer = npmAnswer('audit', '--omit=dev', '--json', '--fetch-retries=0');
  try {
    return JSON.parse(answer);
  } catch {
    return {};
  }
}
