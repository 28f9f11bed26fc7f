/** `/metrics` in Prometheus' text format 0.0.4. */
import { byText } from '../../base/index.ts';
import type { HistogramSample, InspectResponse } from '../../engine/server/api.ts';
import type { HttpHeader } from './http.ts';
import { describeMetric } from './metricTexts.ts';

export const METRICS_TYPE: HttpHeader = ['Content-Type', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'];

type Labels = HistogramSample['labels'];

/** All samples by name, each name with what it is in front, and those of one name by their labels. */
export function renderMetrics({ metrics, histograms }: Pick<InspectResponse, 'metrics' | 'histograms'>): string {
  const samples = [
    ...metrics.map(({ name, labels, value }) => ({ name, labels, text: line(name, labels, value) })),
    ...histograms.map((sample) => ({ name: sample.name, labels: sample.labels, text: histogramLines(sample) })),
  ];
  samples.sort((a, b) => byText(a.name, b.name) || byText(labelText(a.labels), labelText(b.labels)));
  let out = '';
  let last = '';
  for (const { name, text } of samples) {
    if (name !== last) {
      const { type, help } = describeMetric(name);
      out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    }
    last = name;
    out += text;
  }
  return out;
}

function histogramLines({ name, labels, buckets, count, sum }: HistogramSample): string {
  const bucket = (bound: string, value: number) => line(`${name}_bucket`, [...labels, ['le', bound]], value);
  const lines = buckets.map(([bound, value]) => bucket(formatFloat(bound), value));
  return [...lines, bucket('+Inf', count), line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)].join('');
}

function line(name: string, labels: Labels, value: number): string {
  const inner = labelText(labels);
  return `${name}${inner === '' ? '' : `{${inner}}`} ${formatFloat(value)}\n`;
}

function labelText(labels: Labels): string {
  return labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}

/** As Go's shortest form: 2.147483648e+09, from a million on and below a ten thousandth. */
function formatFloat(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${digits}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}
