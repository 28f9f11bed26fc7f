/** Help has words for every command and flag in every language, and none for what is not there. */
import { describe, expect, test } from 'vitest';
import { type HelpKey, helpKeys } from '../../src/console/index.ts';
import { LANGUAGES, loadWords } from '../../src/i18n/index.ts';

/** Keys of the areas that a description may stand under, the most special first. */
function placesOf(key: HelpKey): readonly (readonly [area: 'commands' | 'descriptions' | 'examples' | 'flags', name: string])[] {
  switch (key.kind) {
    case 'command':
      return [['commands', key.command]];
    case 'description':
      return [['descriptions', key.command]];
    case 'examples':
      return [['examples', key.command]];
    case 'flag':
      return [
        ['flags', `${key.command} --${key.flag}`],
        ['flags', `--${key.flag}`],
      ];
  }
}

describe.each(LANGUAGES)('$name', ({ language }) => {
  test('no gap', async () => {
    const { etcdctl } = await loadWords(language);
    const gaps = helpKeys().filter((key) => !placesOf(key).some(([area, name]) => (etcdctl[area][name] ?? '') !== ''));
    expect(gaps).toEqual([]);
  });

  test('nothing left over', async () => {
    const { etcdctl } = await loadWords(language);
    const used = new Set(helpKeys().flatMap((key) => placesOf(key).map(([area, name]) => `${area} ${name}`)));
    const there = (['commands', 'descriptions', 'examples', 'flags'] as const).flatMap((area) =>
      Object.keys(etcdctl[area]).map((name) => `${area} ${name}`),
    );
    expect(there.filter((name) => !used.has(name))).toEqual([]);
  });
});
