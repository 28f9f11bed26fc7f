/** Words of the page, typed by key: English comes with the page, every other language is a chunk of its own. */
import { en } from './en/index.ts';

export type Language = 'en' | 'zh';
/** What every language has: English says which keys there are. */
export type Words = typeof en;

/** At hand at once. */
export const ENGLISH: Words = en;

/** Languages by their own names. */
export const LANGUAGES: readonly { readonly language: Language; readonly name: string }[] = [
  { language: 'en', name: 'English' },
  { language: 'zh', name: '中文' },
];

/** Loads a language's words; rejects when its chunk cannot be had. */
export async function loadWords(language: Language): Promise<Words> {
  return language === 'en' ? en : (await import('./zh/index.ts')).zh;
}
