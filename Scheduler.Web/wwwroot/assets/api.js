// Calls to the API. The key lives in this tab only, and is sent in a header only.
const SLOT = 'scheduler-api-key';
let key = readKept();

function readKept() {
  try { return sessionStorage.getItem(SLOT); } catch { return null; }
}

export const hasKey = () => Boolean(key);

export function useKey(value) {
  key = value || null;
  try { sessionStorage.setItem(SLOT, value); } catch { /* storage is off: the key lasts until the page goes */ }
}

export function forgetKey() {
  key = null;
  try { sessionStorage.removeItem(SLOT); } catch { /* nothing was kept */ }
}

export const headers = more => key ? { ...more, Authorization: `Bearer ${key}` } : { ...more };

/** Resolves to { status, body }; status 0 = the host cannot be reached. */
export async function call(path, body) {
  try {
    const response = await fetch(path, body === undefined
      ? { headers: headers() }
      : { method: 'POST', headers: headers({ 'Content-Type': 'application/json' }), body: JSON.stringify(body) });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch {
    return { status: 0, body: null };
  }
}
