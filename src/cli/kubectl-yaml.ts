import { boolYaml11Tag, CORE_SCHEMA, intCoreTag, mergeTag, NOT_RESOLVED, type Schema } from 'js-yaml';

const prefixed = /^([-+]?)0(?:x([0-9a-f]+)|b([01]+)|o?([0-7]+))$/i;
const decimal = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i;

/**
 * What kubectl takes a plain scalar for, which is sigs.k8s.io/yaml's mixture of YAML 1.1 and 1.2: `on`, `no` and `y` are booleans,
 * 0777 is octal, 1_000 and 1e3 are numbers; dates and 1:30 are text.
 */
export const kubectlSchema: Schema = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag, {
  ...intCoreTag,
  implicitFirstChars: [...'-+.0123456789'],
  resolve: (source) => numberIn(source.replaceAll('_', '')) ?? NOT_RESOLVED,
});

function numberIn(text: string): number | undefined {
  const [, sign, hexadecimal, binary, octal] = prefixed.exec(text) ?? [];
  const found = [parseInt(hexadecimal ?? '', 16), parseInt(binary ?? '', 2), parseInt(octal ?? '', 8)].find(Number.isFinite);
  if (found !== undefined) return sign === '-' ? -found : found;
  return decimal.test(text) ? Number(text) : undefined;
}
