-- The pace of queues: attempts that ended in this script, and the time they took. Included by shared; publish_events writes it.
-- Buckets of ten seconds, kept two minutes: explain and autoscale read the last minute.
local ends = {}

-- When a job's last start was (ms), or now where nothing tells.
local function start_of(job)
  return tonumber(string.match(job.Start or '', '^%d+') or string.match(job.History or '', '.*"s":"Processing","t":(%d+)') or now)
end

local function note_end(queue, started)
  local e = ends[queue]
  if not e then
    e = { count = 0, ms = 0 }
    ends[queue] = e
  end
  e.count, e.ms = e.count + 1, e.ms + math.max(now - started, 0)
end

local function write_pace()
  for queue, e in pairs(ends) do
    local key = P .. 'pace:' .. string.format('%d', math.floor(now / 10000))
    if redis.call('HINCRBY', key, queue, e.count) == e.count then redis.call('EXPIRE', key, 120) end
    redis.call('HINCRBY', key, queue .. ':ms', string.format('%d', e.ms))
  end
end
