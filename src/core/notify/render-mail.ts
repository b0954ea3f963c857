/** A piece of a mail. */
export type MailBlock =
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; address: string };

/** Plain text: one empty line between blocks, code and addresses on lines of their own, so that they are easy to copy. */
export function renderText(blocks: readonly MailBlock[]): string {
  const pieces = blocks.map((block) => (block.kind === 'link' ? `${block.text}:\n${block.address}` : block.text));
  return `${pieces.join('\n\n')}\n`;
}

/**
 * The same as a small HTML document. It names no colours of text or background, so that light and dark mail programs show it
 * in their own; nothing is loaded from anywhere.
 */
export function renderHtml(language: string, title: string, blocks: readonly MailBlock[]): string {
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(language)}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="supported-color-schemes" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    '<style>:root { color-scheme: light dark; }</style>',
    '</head>',
    '<body style="margin:0;padding:24px 16px;font-family:system-ui,-apple-system,\'Segoe UI\',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5">',
    '<div style="max-width:560px;margin:0 auto;overflow-wrap:anywhere">',
    ...blocks.map(renderBlock),
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function renderBlock(block: MailBlock): string {
  const text = escapeHtml(block.text);
  if (block.kind === 'paragraph') return `<p style="margin:0 0 16px">${text.replaceAll('\n', '<br>')}</p>`;
  if (block.kind === 'link') {
    const style = 'display:inline-block;padding:10px 16px;border:1px solid;border-radius:6px';
    return `<p style="margin:0 0 16px"><a href="${escapeHtml(block.address)}" style="${style}">${text}</a></p>`;
  }
  const style = 'margin:0 0 16px;padding:12px 16px;border:1px solid;border-radius:6px;text-align:center';
  // Spacing by style and not by blanks: what is copied is the bare code.
  return `<p style="${style};font-family:ui-monospace,Consolas,monospace;font-size:28px;line-height:1.25;letter-spacing:4px">${text}</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
