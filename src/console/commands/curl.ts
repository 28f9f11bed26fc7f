/** curl, as far as it is of use with members: HTTP requests to their client ports, said and refused in curl's words (curl 7.88). */
import { type Bytes, civilDate, fail, ok, type Result } from '../../base/index.ts';
import { type HttpEnd, type HttpHead, type HttpHeader, type HttpRequest, headerOf, reasonOf } from '../gateway/http.ts';
import { serveHttp } from '../gateway/serve.ts';
import { type Effect, type ExitCode, now, type Program, print, printError, type Reply, readInput, type Steps } from '../program.ts';

/** What a line asks for. */
interface Wish {
  urls: Bytes[];
  method: Bytes | undefined;
  /** Pieces of the body, `@-` for standard input; undefined: none. */
  data: { readonly text: Bytes; readonly kind: 'data' | 'raw' | 'binary' }[] | undefined;
  headers: HttpHeader[];
  showsHead: boolean;
  isHead: boolean;
  isGet: boolean;
  isSilent: boolean;
  showsErrors: boolean;
  fails: boolean;
  follows: boolean;
  keepsPath: boolean;
  /** µs; undefined: none. */
  maxTime: number | undefined;
  output: Bytes | undefined;
  writeOut: Bytes;
}

type FlagAction = (wish: Wish) => void;
/** Comes to what is wrong with the value. */
type ValueAction = (wish: Wish, value: Bytes) => Bytes | undefined;

interface Option {
  readonly short?: string;
  readonly long: string;
  readonly flag?: FlagAction;
  readonly value?: ValueAction;
}

const addData = (kind: 'data' | 'raw' | 'binary'): ValueAction => {
  return (wish, text) => {
    wish.data = [...(wish.data ?? []), { text, kind }];
    return undefined;
  };
};

const nothing: FlagAction = () => {};

/** What this curl knows. */
const OPTIONS: readonly Option[] = [
  { short: 'd', long: 'data', value: addData('data') },
  { long: 'data-ascii', value: addData('data') },
  { long: 'data-raw', value: addData('raw') },
  { long: 'data-binary', value: addData('binary') },
  {
    short: 'f',
    long: 'fail',
    flag: (wish) => {
      wish.fails = true;
    },
  },
  {
    short: 'G',
    long: 'get',
    flag: (wish) => {
      wish.isGet = true;
    },
  },
  { short: 'g', long: 'globoff', flag: nothing },
  {
    short: 'I',
    long: 'head',
    flag: (wish) => {
      wish.isHead = true;
    },
  },
  { short: 'H', long: 'header', value: addHeader },
  {
    short: 'i',
    long: 'include',
    flag: (wish) => {
      wish.showsHead = true;
    },
  },
  { short: 'k', long: 'insecure', flag: nothing },
  {
    long: 'json',
    value: (wish, text) => {
      wish.headers.push(['Content-Type', 'application/json'], ['Accept', 'application/json']);
      return addData('binary')(wish, text);
    },
  },
  {
    short: 'L',
    long: 'location',
    flag: (wish) => {
      wish.follows = true;
    },
  },
  {
    short: 'm',
    long: 'max-time',
    value: (wish, text) => {
      if (!/^[0-9]+(?:\.[0-9]*)?$/.test(text)) return 'expected a proper numerical parameter';
      wish.maxTime = Number(text) === 0 ? undefined : Math.round(Number(text) * 1e6);
      return undefined;
    },
  },
  { short: 'N', long: 'no-buffer', flag: nothing },
  {
    short: 'o',
    long: 'output',
    value: (wish, name) => {
      wish.output = name;
      return undefined;
    },
  },
  {
    long: 'path-as-is',
    flag: (wish) => {
      wish.keepsPath = true;
    },
  },
  {
    short: 'X',
    long: 'request',
    value: (wish, method) => {
      wish.method = method;
      return undefined;
    },
  },
  {
    short: 'S',
    long: 'show-error',
    flag: (wish) => {
      wish.showsErrors = true;
    },
  },
  {
    short: 's',
    long: 'silent',
    flag: (wish) => {
      wish.isSilent = true;
    },
  },
  {
    long: 'url',
    value: (wish, url) => {
      wish.urls.push(url);
      return undefined;
    },
  },
  {
    short: 'w',
    long: 'write-out',
    value: (wish, format) => {
      wish.writeOut = format;
      return undefined;
    },
  },
];

const EXIT_USAGE = 2;
/** As a shell has it for a program that died of SIGINT. */
const EXIT_INTERRUPTED = 130;
const TRY_HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n";
/** As curl's own limit. */
const MOST_REDIRECTS = 50;

/**
 * One run of curl.
 *
 * @param args the words behind `curl`
 * @param defaultEndpoint the member that stands in for localhost
 */
export function* curl(args: readonly Bytes[], defaultEndpoint: string | undefined): Program {
  if (args.includes('--help') || args.includes('-h')) {
    yield* print(help());
    return 0;
  }
  const wish = readWords(args);
  if (!wish.ok) {
    yield* printError(`${wish.error}${TRY_HELP}`);
    return EXIT_USAGE;
  }
  const { urls } = wish.value;
  if (urls.length === 0) {
    yield* printError(TRY_HELP);
    return EXIT_USAGE;
  }
  if (wish.value.isHead && wish.value.data !== undefined && !wish.value.isGet) {
    yield* printError('Warning: You can only select one HTTP request method! You asked for both POST \n');
    yield* printError('Warning: (-d, --data) and HEAD (-I, --head).\n');
    return EXIT_USAGE;
  }
  const body = yield* readBody(wish.value);
  let exit: ExitCode = 0;
  for (const url of urls) exit = yield* fetchOne(wish.value, url, body, defaultEndpoint);
  return exit;
}

function readWords(args: readonly Bytes[]): Result<Wish, Bytes> {
  const wish: Wish = {
    urls: [],
    method: undefined,
    data: undefined,
    headers: [],
    showsHead: false,
    isHead: false,
    isGet: false,
    isSilent: false,
    showsErrors: false,
    fails: false,
    follows: false,
    keepsPath: false,
    maxTime: undefined,
    output: undefined,
    writeOut: '',
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '-' || !word.startsWith('-')) {
      wish.urls.push(word);
      continue;
    }
    if (word === '--') {
      wish.urls.push(...args.slice(i + 1));
      break;
    }
    const isLong = word.startsWith('--');
    const letters = isLong ? [word.slice(2)] : [...word.slice(1)];
    for (const [at, name] of letters.entries()) {
      const option = OPTIONS.find(({ short, long }) => (isLong ? long : short) === name);
      if (option === undefined) return fail(`curl: option ${word}: is unknown\n`);
      if (option.flag !== undefined) {
        option.flag(wish);
        continue;
      }
      const rest = isLong ? '' : word.slice(at + 2);
      const value = rest === '' ? args[++i] : rest;
      if (value === undefined) return fail(`curl: option ${word}: requires parameter\n`);
      const fault = option.value?.(wish, value);
      if (fault !== undefined) return fail(`curl: option ${word}: ${fault}\n`);
      break;
    }
  }
  return ok(wish);
}

/** `Name: value`; one without a value takes the header away, `Name;` sends it empty. */
function addHeader(wish: Wish, text: Bytes): Bytes | undefined {
  const found = /^([^:;]+)(?::\s*(.*)|;)$/s.exec(text);
  const [, name = '', value] = found ?? [];
  if (name !== '' && (value === undefined ? text.endsWith(';') : value !== '')) wish.headers.push([name, value ?? '']);
  return undefined;
}

function* readBody(wish: Wish): Steps<Bytes | undefined> {
  if (wish.data === undefined) return undefined;
  const parts: Bytes[] = [];
  for (const { text, kind } of wish.data) {
    if (kind === 'raw' || !text.startsWith('@')) parts.push(text);
    else if (text === '@-') {
      const typed = yield* readInput();
      parts.push(kind === 'binary' ? typed : typed.replace(/[\r\n]/g, ''));
    } else {
      yield* printError(`Warning: Couldn't read data from file "${text.slice(1)}", this makes an empty POST.\n`);
      parts.push('');
    }
  }
  return parts.join('&');
}

interface Url {
  readonly scheme: string;
  readonly host: Bytes;
  readonly port: number;
  /** With the query, without the fragment. */
  readonly target: Bytes;
}

function readUrl(text: Bytes, keepsPath: boolean): Result<Url, Fault> {
  const bad: Fault = { code: 3, text: 'URL using bad/illegal format or missing URL' };
  const found = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:[^/?#@]*@)?([^/?#:@\s]+)(?::([0-9]*))?([/?][^#\s]*)?(?:#.*)?$/.exec(text);
  // A scheme with no host behind it is no host either.
  if (found === null || (found[1] === undefined && /^[^/?#]*:\/\//.test(text))) return fail(bad);
  const [, typedScheme = 'http', host = '', typedPort = '', typedTarget = '/'] = found;
  const scheme = typedScheme.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https')
    return fail({ code: 1, text: `Protocol "${scheme}" not supported or disabled in libcurl` });
  const port = typedPort === '' ? (scheme === 'https' ? 443 : 80) : Number(typedPort);
  if (port > 65535) return fail(bad);
  const whole = typedTarget.startsWith('/') ? typedTarget : `/${typedTarget}`;
  const at = whole.indexOf('?');
  const path = at < 0 ? whole : whole.slice(0, at);
  return ok({ scheme, host, port, target: (keepsPath ? path : withoutDots(path)) + (at < 0 ? '' : whole.slice(at)) });
}

/** RFC 3986 5.2.4. */
function withoutDots(path: Bytes): Bytes {
  const parts: Bytes[] = [];
  const all = path.split('/').slice(1);
  for (const [i, part] of all.entries()) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
    if ((part === '..' || part === '.') && i === all.length - 1) parts.push('');
  }
  return `/${parts.join('/')}`;
}

/** What curl says and exits with. */
interface Fault {
  readonly code: ExitCode;
  readonly text: Bytes;
}

/** One transfer under way; the fields grow with it. */
interface Transfer {
  head: HttpHead | undefined;
  received: number;
  readonly kept: Bytes[];
}

function* fetchOne(wish: Wish, text: Bytes, body: Bytes | undefined, defaultEndpoint: string | undefined): Steps<ExitCode> {
  const url = readUrl(text, wish.keepsPath);
  if (!url.ok) return yield* refuse(wish, url.error);
  const since = yield* now();
  let { target } = url.value;
  for (let redirects = 0; ; redirects++) {
    const transfer: Transfer = { head: undefined, received: 0, kept: [] };
    const fault = yield* exchange(wish, { ...url.value, target }, body, defaultEndpoint, since, transfer);
    if (fault === 'interrupted') return EXIT_INTERRUPTED;
    const status = transfer.head?.status ?? 0;
    const location = wish.follows && status === 307 ? headerOf(transfer.head?.headers ?? [], 'Location') : undefined;
    if (fault === undefined && location !== undefined) {
      if (redirects >= MOST_REDIRECTS)
        return yield* refuse(wish, { code: 47, text: `Maximum (${MOST_REDIRECTS}) redirects followed` });
      target = location;
      continue;
    }
    if (wish.output !== undefined && wish.output !== '/dev/null' && transfer.head !== undefined)
      yield { type: 'save', name: wish.output, data: transfer.kept.join('') };
    yield* print(writeOut(wish.writeOut, status, transfer.received));
    if (fault !== undefined) return yield* refuse(wish, fault);
    if (wish.fails && status >= 400) return yield* refuse(wish, { code: 22, text: `The requested URL returned error: ${status}` });
    return 0;
  }
}

function* refuse(wish: Wish, fault: Fault): Steps<ExitCode> {
  if (!wish.isSilent || wish.showsErrors) yield* printError(`curl: (${fault.code}) ${fault.text}\n`);
  return fault.code;
}

function* exchange(
  wish: Wish,
  url: Url,
  body: Bytes | undefined,
  defaultEndpoint: string | undefined,
  since: number,
  transfer: Transfer,
): Steps<Fault | 'interrupted' | undefined> {
  const { host, port } = url;
  if (!isKnownHost(host)) return { code: 6, text: `Could not resolve host: ${host}` };
  const isLocal = /^(?:localhost|127\.0\.0\.1)$/.test(host) && port === 2379 && defaultEndpoint !== undefined;
  const endpoint = isLocal ? defaultEndpoint.replace(/^https?:\/\//, '') : `${host}:${port}`;
  const refused = (at: number): Fault => ({
    code: 7,
    text: `Failed to connect to ${host} port ${port} after ${Math.round((at - since) / 1000)} ms: Couldn't connect to server`,
  });
  const showsHead = wish.showsHead || wish.isHead;
  // Only a member knows what time it is where it stands, and only one that is there can be spoken to in TLS.
  let wall: number | undefined;
  if (showsHead || url.scheme === 'https') {
    const reply = yield {
      type: 'call',
      connection: { endpoints: [endpoint], token: undefined, once: true },
      request: { type: 'inspect' },
      timeout: wish.maxTime,
    };
    const outcome = reply.type === 'outcome' ? reply.outcome : undefined;
    if (outcome?.ok === false && outcome.error.code === 'connectionRefused') return refused(yield* now());
    if (url.scheme === 'https')
      return { code: 35, text: `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to ${host}:${port} ` };
    if (outcome?.ok === true && outcome.response.type === 'inspect') wall = outcome.response.wallTime;
  }
  const request = requestOf(wish, url, body);
  const hidesBody = (head: HttpHead | undefined): boolean => wish.fails && head !== undefined && head.status >= 400;
  const isRedirected = (head: HttpHead): boolean => wish.follows && head.status === 307;
  const steps = serveHttp(request, endpoint, {
    *head(head) {
      transfer.head = head;
      if (showsHead) yield* print(printHead(head, wall));
    },
    *body(part) {
      transfer.received += part.length;
      if (hidesBody(transfer.head) || (transfer.head !== undefined && isRedirected(transfer.head))) return;
      if (wish.output === undefined) yield* print(part);
      else transfer.kept.push(part);
    },
  });
  const end = yield* wish.maxTime === undefined ? steps : withDeadline(steps, since + wish.maxTime);
  const at = yield* now();
  switch (end) {
    case 'done':
      return undefined;
    case 'refused':
      return refused(at);
    case 'lost':
      return transfer.head === undefined
        ? { code: 52, text: 'Empty reply from server' }
        : { code: 18, text: 'transfer closed with outstanding read data remaining' };
    case 'interrupted':
      return 'interrupted';
    case 'late': {
      const took = Math.round((at - since) / 1000);
      return { code: 28, text: `Operation timed out after ${took} milliseconds with ${transfer.received} bytes received` };
    }
  }
}

/** Members, addresses and this machine have addresses; nothing else has. */
function isKnownHost(host: Bytes): boolean {
  return /^(?:[nm][0-9]+|localhost|[0-9]{1,3}(?:\.[0-9]{1,3}){3})$/.test(host);
}

function requestOf(wish: Wish, url: Url, body: Bytes | undefined): HttpRequest {
  const isQuery = wish.isGet && body !== undefined;
  const target = isQuery ? `${url.target}${url.target.includes('?') ? '&' : '?'}${body}` : url.target;
  const sent = isQuery ? undefined : body;
  const method = wish.method ?? (wish.isHead ? 'HEAD' : sent === undefined ? 'GET' : 'POST');
  return { method, target, headers: wish.headers, body: sent ?? '' };
}

/** Lets steps run no longer than until `until`, virtual µs. */
function* withDeadline(steps: Steps<HttpEnd>, until: number): Steps<HttpEnd> {
  let step = steps.next({ type: 'done' });
  let catches = false;
  while (step.done !== true) {
    const left = until - (yield* now());
    if (step.value.type === 'catchInterrupt') catches = true;
    const reply: Reply = left > 0 ? yield hasten(step.value, left, until) : { type: 'late' };
    const isTimeout = reply.type === 'outcome' && !reply.outcome.ok && reply.outcome.error.code === 'deadlineExceeded';
    const isLate = (reply.type === 'late' || isTimeout) && (yield* now()) >= until; // or they had less patience themselves
    if (!isLate) {
      step = steps.next(reply);
      continue;
    }
    // Those who clean up after a client that went away do so.
    if (catches) for (step = steps.next({ type: 'interrupted' }); step.done !== true; ) step = steps.next(yield step.value);
    return 'late';
  }
  return step.value;
}

function hasten(effect: Effect, left: number, until: number): Effect {
  if (effect.type === 'call') return { ...effect, timeout: Math.min(effect.timeout ?? left, left) };
  return effect.type === 'receive' ? { ...effect, until: Math.min(effect.until ?? until, until) } : effect;
}

/** `%{http_code}` and its like, and backslash escapes. */
function writeOut(format: Bytes, status: number, received: number): Bytes {
  const code = String(status).padStart(3, '0');
  const values: Readonly<Record<string, string>> = { http_code: code, response_code: code, size_download: String(received) };
  return format
    .replace(/\\([nrt])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? letter)
    .replace(/%\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : whole))
    .replace(/%%/g, '%');
}

/** As sent, with Date where Go puts it: before the length. @param wall ms since 1970 */
function printHead(head: HttpHead, wall: number | undefined): Bytes {
  const lines = [`HTTP/1.1 ${head.status} ${reasonOf(head.status)}`];
  for (const [name, value] of head.headers) {
    if (wall !== undefined && (name === 'Content-Length' || name === 'Transfer-Encoding')) lines.push(`Date: ${httpDate(wall)}`);
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 9110 5.6.7. @param wall ms since 1970 */
function httpDate(wall: number): string {
  const seconds = Math.floor(wall / 1000);
  const days = Math.floor(seconds / 86_400);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  const { year, month, day } = civilDate(days);
  // 1970 began on a Thursday.
  return `${DAYS[(days + 4) % 7]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${clock} GMT`;
}

function help(): Bytes {
  const rows = OPTIONS.map(({ short, long, value }) => {
    const name = short === undefined ? `    --${long}` : `-${short}, --${long}`;
    return ` ${name}${value === undefined ? '' : ` <${long}>`}\n`;
  });
  return `Usage: curl [options...] <url>\n${rows.join('')}`;
}
