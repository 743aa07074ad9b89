-- The index of all jobs. Included after shared.
-- The list of all jobs: ids as they come, the newest left; a list that has grown to 1,000 is put aside under a number.
-- What is in a list is noted in jobs:spans, so that a search by time goes past those that hold nothing for it:
--   number -> 'earliest latest least greatest': instants (ms) between which its jobs were created, and ids between which theirs are
--   'new'  -> 'earliest latest' of the list that grows; whatever came later was created by now
-- A list without a note may hold anything. A key of a foreign type must not stop the script: the jobs count, not the note.
local SPANS = P .. 'jobs:spans'

-- The earliest and the latest instant of the list that grows; 0 where no note says it.
local function span_of_new()
  local note = redis.pcall('HGET', SPANS, 'new')
  local earliest, latest = string.match(type(note) == 'string' and note or '', '^(%d+) (%d+)$')
  return tonumber(earliest or 0), tonumber(latest or 0)
end

local function note_span(list, earliest, latest, ids)
  local text = string.format('%d %d', earliest, latest)
  if ids then
    local least, greatest = ids[1], ids[1]
    for i = 2, #ids do
      if ids[i] < least then least = ids[i] elseif ids[i] > greatest then greatest = ids[i] end
    end
    text = text .. ' ' .. least .. ' ' .. greatest
  end
  redis.pcall('HSET', SPANS, list, text)
end

-- Jobs that were created at another instant than this one: a staged batch, a job of a stock client, one dated by its client.
local function widen_new(created)
  local earliest, latest = span_of_new()
  if created >= earliest and created <= math.max(latest, now) then return end
  note_span('new', math.min(earliest, created), math.max(latest, created))
end

-- created: ms, the earliest of these jobs; nil = now.
local function add_to_index(ids, created)
  if INDEXED then index_new(ids) end
  local length = redis.call('LPUSH', P .. 'jobs', unpack(ids))
  if length == #ids then note_span('new', created or now, created or now) elseif created then widen_new(created) end
  if length < 1000 then return end
  local newest = redis.call('ZRANGE', P .. 'jobs:full', -1, -1)[1]
  local number = string.format('%d', tonumber(newest or 0) + 1)
  local earliest, latest = span_of_new()
  -- This server's clock may have been set back meanwhile, or be that of another.
  note_span(number, math.min(earliest, now), math.max(latest, now), redis.call('LRANGE', P .. 'jobs', 0, -1))
  redis.call('RENAME', P .. 'jobs', P .. 'jobs:' .. number)
  redis.call('ZADD', P .. 'jobs:full', number, number)
end
