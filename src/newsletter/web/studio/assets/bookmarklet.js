/* Runs on somebody else's page: takes what is selected there, or the article, and opens the studio's page for saving. */
/* It becomes one line: no comment to the end of a line, no percent sign. What it takes stands behind the hash, which no server sees. */
void (() => {
  const kept = ['href', 'src', 'alt', 'cite', 'start', 'style', 'hidden', 'aria-hidden', 'width', 'height', 'data-src', 'data-lazy-src', 'data-original'];
  const unwanted = 'script,style,noscript,template,input,textarea,select,option,button,iframe,object,embed,canvas,[contenteditable]';
  const chosen = getSelection();
  const box = document.createElement('div');
  const words = chosen.isCollapsed ? '' : String(chosen).trim();
  let at = -1;
  if (words) {
    for (let i = 0; i < chosen.rangeCount; i += 1) box.append(chosen.getRangeAt(i).cloneContents());
    const before = document.createRange();
    before.setStart(document.body, 0);
    before.setEnd(chosen.getRangeAt(0).startContainer, chosen.getRangeAt(0).startOffset);
    at = before.toString().length;
  } else {
    const articles = document.querySelectorAll('article');
    box.append((articles.length === 1 ? articles[0] : document.querySelector('main,[role=main]') || document.body).cloneNode(true));
  }
  box.querySelectorAll(unwanted).forEach((part) => part.remove());
  box.querySelectorAll('*').forEach((part) => part.getAttributeNames().forEach((name) => kept.includes(name) || part.removeAttribute(name)));
  const html = box.innerHTML.length > 250000 ? '' : box.innerHTML;
  const page = new URL('BASE/studio/finds/add');
  page.search = new URLSearchParams({ url: location.href, title: document.title, quote: words.length > 1500 ? '' : words });
  page.hash = encodeURIComponent(JSON.stringify({ html, words: words.slice(0, 20001), at }));
  open(page);
})()
