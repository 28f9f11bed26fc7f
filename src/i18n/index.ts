/** Words of the page, typed by key: English comes with the page, every other language is a chunk of its own. */
import { en } from './en/index.ts';
import type { Words } from './words.ts';

export type Language = 'en' | 'zh';
export type { Words };

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
