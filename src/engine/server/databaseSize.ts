/** How big a store would be as a database of etcd's: there is no file here, its size is modelled as bbolt's grows, page by page (`spec/etcd.md` 1.9). */

const PAGE_SIZE = 4096;
/** Pages of an empty database: two of meta data, the free list, and the buckets' roots. */
const EMPTY_PAGES = 5;
/** etcd fills the pages of its keys up to nine tenths. */
const PAGE_FILL = 0.9 * PAGE_SIZE;

/** Bytes of the pages that hold something. @param storedSize bytes of all versions, as the store counts them */
export function databaseSize(storedSize: number): number {
  return PAGE_SIZE * (EMPTY_PAGES + Math.ceil(storedSize / PAGE_FILL));
}
