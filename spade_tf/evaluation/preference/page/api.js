// The server's calls.

/** What the server refused, with its HTTP status; 0 if it did not answer. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let response;
  let answer;
  try {
    response = await fetch(path, options);
    answer = await response.json();
  } catch {
    throw new Refused(0, "The server does not answer.");
  }
  if (!response.ok) throw new Refused(response.status, answer.error);
  return answer;
}

export const readState = () => call("/api/state");
export const join = () => call("/api/join", {});
export const noteShown = (id) => call("/api/shown", { id });
export const answer = (id, choice, milliseconds) =>
  call("/api/answer", { id, choice, milliseconds });
