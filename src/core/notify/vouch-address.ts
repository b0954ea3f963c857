import type { CoreDeps } from '../core-deps.ts';

/** Where those who were asked to vouch see for whom. It opens nothing by itself. */
export function vouchAddress({ configuration }: Pick<CoreDeps, 'configuration'>): string {
  return `${configuration().organisation.publicUrl.replace(/\/+$/, '')}/me?page=vouch`;
}
