/** `/metrics` in Prometheus' text format 0.0.4. */
import type { MetricSample } from '../../engine/server/api.ts';
import type { HttpHeader } from './http.ts';

export const METRICS_TYPE: HttpHeader = ['Content-Type', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'];

/** Samples grouped by name, each name with its kind in front. @param samples sorted by name */
export function renderMetrics(samples: readonly MetricSample[]): string {
  let out = '';
  let last = '';
  for (const { name, labels, value } of samples) {
    if (name !== last) out += `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n`;
    last = name;
    const inner = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
    out += `${name}${inner === '' ? '' : `{${inner}}`} ${formatFloat(value)}\n`;
  }
  return out;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}

/** As Go's shortest form: 2.147483648e+09 from ten million times ten on. */
function formatFloat(value: number): string {
  if (value === 0 || (Math.abs(value) < 1e21 && Math.abs(value) >= 1e-4 && !(Number.isInteger(value) && Math.abs(value) >= 1e6)))
    return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${digits}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}
