-- A job's history: its lines, and what stands in fields of their own. Included by shared; nothing here writes.

-- One line of history: state, instant, and optionally reason (plain text), worker, and Hangfire's state data (JSON text).
-- A plain wait is a letter and its instant: with the long form the history of a delayed job would pass 64 bytes as it becomes due.
local quote
local PLAIN = { Enqueued = 'E', Scheduled = 'S' }
local function history_line(state, reason, worker, data, at)
  if PLAIN[state] and (reason or '') == '' and (worker or '') == '' and (data or '') == '' then return PLAIN[state] .. (at or NOW) end
  local line = '{"s":"' .. state .. '","t":' .. (at or NOW)
  if reason and reason ~= '' then line = line .. ',"r":' .. quote(reason) end
  if worker and worker ~= '' then line = line .. ',"w":' .. quote(worker) end
  if data and data ~= '' then line = line .. ',"d":' .. data end
  return line .. '}'
end

-- The instant of a line, as text.
local function instant_of_line(line) return string.match(line, '^[ES](%d+)$') or string.match(line, '"t":(%d+)') end

-- Appends a line and keeps the last 20.
local function append_history(history, line)
  if not history or history == '' then return line end
  local all = history .. '\n' .. line
  if #all < 20 * 14 then return all end -- a line is never shorter
  local _, breaks = string.gsub(all, '\n', '\n')
  while breaks > 19 do
    all = string.sub(all, string.find(all, '\n', 1, true) + 1)
    breaks = breaks - 1
  end
  return all
end

-- The last start and a plain end stand in fields of their own, 'ms worker' and 'ms': most jobs never need more. Whoever writes
-- History writes what they say into it.
local function whole_history(history, start, finish, state)
  if start then
    local at, worker = string.match(start, '^(%d+) ?(.*)$')
    if not string.find(history or '', '{"s":"Processing","t":' .. at, 1, true) then
      history = append_history(history, history_line('Processing', nil, worker, nil, at))
    end
  end
  if finish and FINAL[state] and not string.find(history or '', '"s":"' .. state .. '","t":[^\n]*$') then
    history = append_history(history, history_line(state, nil, nil, nil, finish))
  end
  return history
end
