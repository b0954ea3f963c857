/** One element of a parsed document. `text` is what stands between its tags, without that of its children. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&([^;]*);/g, (_, name: string) => {
    const value = entities[name];
    if (value === undefined) throw new Error(`unknown entity &${name};`);
    return value;
  });
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  const rest = text.replace(/\s+([\w:.-]+)="([^"<]*)"/g, (_, name: string, value: string) => {
    if (attributes.has(name)) throw new Error(`attribute ${name} twice`);
    attributes.set(name, unescapeXml(value));
    return '';
  });
  if (rest.trim() !== '') throw new Error(`not an attribute: ${rest.trim()}`);
  return attributes;
}

/**
 * Reads the plain XML of policy templates: elements, attributes in double quotes, text, comments and the five named entities.
 * Throws an `Error` for anything else and for tags that do not match; it is a test's reader, not a general one.
 */
export function readXml(source: string): XmlElement {
  const root: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [root];
  const body = source.replace(/^\uFEFF?<\?xml[^?]*\?>/, '').replace(/<!--[\s\S]*?-->/g, '');
  for (const [token] of body.matchAll(/<[^>]*>|[^<]+|</g)) {
    const parent = open.at(-1) ?? root;
    if (!token.startsWith('<')) {
      parent.text += unescapeXml(token);
      continue;
    }
    const close = /^<\/([\w:.-]+)\s*>$/.exec(token);
    if (close !== null) {
      if (open.length === 1 || parent.name !== close[1]) throw new Error(`${token} closes nothing`);
      open.pop();
      continue;
    }
    const start = /^<([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>$/.exec(token);
    if (start === null) throw new Error(`not understood: ${token}`);
    const element: XmlElement = { name: start[1] ?? '', attributes: readAttributes(start[2] ?? ''), children: [], text: '' };
    parent.children.push(element);
    if (start[3] !== '/') open.push(element);
  }
  const [first] = root.children;
  if (open.length !== 1 || first === undefined || root.children.length !== 1 || root.text.trim() !== '')
    throw new Error('not one whole document');
  return first;
}

/** All elements below `element` with one of these names, in the order of the document. */
export function elementsBelow(element: XmlElement, ...names: string[]): XmlElement[] {
  return element.children.flatMap((child) => [...(names.includes(child.name) ? [child] : []), ...elementsBelow(child, ...names)]);
}
