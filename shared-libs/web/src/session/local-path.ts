/** A path of this site, whatever was asked for: nobody is led elsewhere by a link of ours. */
export function localPath(path: string | null | undefined): string {
  return path && /^\/(?![/\\])/.test(path) && !/[\x00-\x1f]/.test(path) ? path : "/";
}
