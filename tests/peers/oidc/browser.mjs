// A browser for the pages of the provider: follows redirects, keeps cookies, fills in forms.
// usage: browser.mjs ADDRESS [abort]; prints the last address and the last status.
const [, , start, wish] = process.argv;
const jars = new Map();
let [address, options, aborted] = [start, {}, false];
for (let step = 0; step < 40; step += 1) {
  const url = new URL(address);
  const jar = jars.get(url.host) ?? new Map();
  jars.set(url.host, jar);
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(address, { redirect: 'manual', ...options, headers: { ...options.headers, cookie } });
  for (const line of response.headers.getSetCookie()) {
    const [pair] = line.split(';');
    const at = pair.indexOf('=');
    jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const location = response.headers.get('location');
  const page = await response.text();
  options = {};
  if (location) {
    address = new URL(location, address).href;
    continue;
  }
  const form = page.match(/<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/);
  if (!form || aborted || response.status >= 400) {
    console.log(address, response.status);
    process.exit(0);
  }
  if (wish === 'abort') {
    const link = page.match(/href="([^"]*\/abort)"/);
    if (link) {
      aborted = true;
      address = new URL(link[1], address).href;
      continue;
    }
  }
  const fields = new URLSearchParams();
  for (const [input] of form[2].matchAll(/<input[^>]*>/g)) {
    const of = (name) => input.match(new RegExp(`${name}="([^"]*)"`))?.[1];
    const filled = { login: 'anna', password: 'any' }[of('name')];
    fields.set(of('name'), filled ?? of('value') ?? '');
  }
  if (wish === 'abort' && fields.has('user_code')) {
    fields.set('abort', 'yes');
    aborted = true;
  }
  address = new URL(form[1].replaceAll('&amp;', '&'), address).href;
  options = { method: 'POST', body: fields, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}
console.log('no end');
process.exit(1);
