import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { areas } from '../src/checks/areas.ts';
import { checks } from '../src/checks/catalogue.ts';
import type { Check, CheckMetadata } from '../src/checks/check.ts';
import type { ParameterDocs } from '../src/checks/parameters.ts';
import { ownChecks } from '../src/findings/own-checks.ts';
import { type Change, everythingElse, type Place, type ShippedRule, shippedRules } from '../src/findings/shipped-boundary.ts';
import { optionRows } from '../src/options.ts';

const begin = '<!-- generated: begin -->';
const end = '<!-- generated: end -->';

/** Every check that a report can name, with those that do not read the cluster. */
export const documented: readonly (CheckMetadata & Partial<Pick<Check, 'parameters'>>)[] = [...checks, ...ownChecks];

/** What is read by checks that do not read the cluster. */
const readsInstead: Readonly<Record<string, string>> = {
  'baseline-altered': 'the CoverageBaseline',
  'exception-expired': '`spec.exceptions` and what is open',
  'default-change-broke': 'what is open and what differs from the approved baseline',
};

/** Each page that has a generated part, and that part. */
export function generatedParts(): { file: string; text: string }[] {
  return [
    ...documented.map((check) => ({ file: `docs/checks/${check.id}.md`, text: checkPart(check) })),
    { file: 'docs/checks/README.md', text: catalogueTable() },
    { file: 'docs/boundary.md', text: shippedRulesTable() },
    { file: 'docs/configuration.md', text: optionsTable() },
  ];
}

/** Renews the generated part of every page; a page must be there already, since the rest is written by hand. */
export function generateDocs(): void {
  for (const { file, text } of generatedParts()) {
    if (!existsSync(file)) throw new Error(`${file} is missing: write it, with the lines ${begin} and ${end}`);
    const page = withGenerated(readFileSync(file, 'utf8'), text);
    if (page === undefined) throw new Error(`${file} lacks the lines ${begin} and ${end}`);
    writeFileSync(file, page);
  }
}

/** A page with its generated part renewed; undefined where it has no place for one. */
export function withGenerated(page: string, text: string): string | undefined {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  return before === undefined || after === undefined ? undefined : `${before}${begin}\n${text}\n${end}${after}`;
}

function checkPart(check: (typeof documented)[number]): string {
  const { needs } = check;
  const reads = [
    ...(needs.resources ?? []),
    ...(needs.probes ?? []).map((probe) =>
      probe === 'active-alerts' ? "the active alerts of the cluster's `alertSource`" : `the API server's ${probe}`,
    ),
    ...(needs.optional ?? []).map((name) => `${name} (optional)`),
    ...(needs.optionalProbes ?? []).map((probe) => `the API server's ${probe} (optional)`),
  ];
  return [
    `${check.title}.`,
    '',
    '| | |',
    '|---|---|',
    `| Area, condition | ${check.area}, \`${areas[check.area].condition}\` |`,
    `| Tier | ${check.tier} |`,
    `| Severity | ${check.severity} |`,
    `| Opens after (\`for\`) | ${check.for} |`,
    `| Reads | ${reads.join(', ') || readsInstead[check.id]} |`,
    `| Sources | ${check.references.join('; ')} |`,
    ...(check.alerts ? [`| Says itself what these alerts say | ${check.alerts.join(', ')} |`] : []),
    '',
    ...parameterTable(check),
    '## What to do',
    '',
    check.remediation,
  ].join('\n');
}

function parameterTable({ parameters }: (typeof documented)[number]): string[] {
  const rows = Object.entries(parameters instanceof z.ZodObject ? parameters.shape : {}).map(([name, schema]) => {
    const docs = (schema as z.ZodType).meta() as unknown as ParameterDocs;
    return `| \`${name}\` | \`"${docs.default}"\` | ${docs.range} | ${docs.description} |`;
  });
  return rows.length === 0 ? [] : ['| Parameter | Default | Range | Meaning |', '|---|---|---|---|', ...rows, ''];
}

function catalogueTable(): string {
  const rows = documented.map(
    ({ id, area, tier, severity, for: hold, title }) => `| [${id}](${id}.md) | ${area} | ${tier} | ${severity} | ${hold} | ${title} |`,
  );
  return ['| Check | Area | Tier | Severity | for | Fires when |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

const changes: Readonly<Record<Change, string>> = {
  Added: 'that adds an object',
  Changed: 'where a value became another',
  OtherProgram: 'where an image became another program (its registry and version aside)',
  MoreThanOneMinor: 'where the newest version moved by more than one minor',
};
const places: Readonly<Record<Place, string>> = {
  ApplicationNamespace: 'in a namespace that is not the platform’s',
  NewModule: 'whose module or platform namespace is new',
  ManagedControlPlane: 'where no node is a control plane node',
};

function shippedRulesTable(): string {
  const rows = shippedRules.map((rule) => `| ${rule.id} | ${matchText(rule)} | ${rule.assign} | ${rule.reason} |`);
  const last = `| | everything else | ${everythingElse.assign} | ${everythingElse.reason} |`;
  return ['| Rule | What it matches | Scope | Findings say |', '|---|---|---|---|', ...rows, last].join('\n');
}

function matchText({ about, checks, objects, reasons, paths, change, place, tiers }: ShippedRule): string {
  const list = (texts: readonly string[] = []) => texts.map((text) => `\`${text}\``).join(', ');
  return [
    about === 'Drift' ? 'drift' : 'findings',
    checks ? `of ${list(checks)}` : 'of any fact',
    objects ? `about ${list(objects)}` : '',
    reasons ? `with reason ${list(reasons)}` : '',
    paths ? `at ${list(paths)}` : '',
    change ? changes[change] : '',
    place ? places[place] : '',
    tiers ? `in a coverage of ${tiers.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function optionsTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = optionRows.map(
    ({ flag, environment, default: value, description, choices }) =>
      `| \`${cell(flag)}\` | \`${environment}\` | ${value === '' ? '' : `\`${value}\``} | ${cell(description)}${choices ? ` One of ${choices.join(', ')}.` : ''} |`,
  );
  return ['| Flag | Environment | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}
