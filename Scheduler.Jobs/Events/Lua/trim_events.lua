-- Removes the oldest records of the event log: those beyond the most events kept, and those past the retention.
-- The newest record always stays, so that a client learns where the log stands.
-- KEYS[1]  {prefix}tx; KEYS[2..4] as in event_log
-- ARGV[2]  retention     ms
-- ARGV[3]  max events    kept
-- ARGV[4]  max records   removed by one call
-- ARGV[5..7]             known epoch, known last, known head, as in read_events
-- reply    { records removed, epoch, newest, head of the newest record }
-- Twice?   removes what is due by then.
-- include: shared
-- include: event_log
local epoch, _, seq = open_log(tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7])
local limit = math.min(tonumber(ARGV[4]), redis.call('ZCARD', KEYS[2]) - 1)
if limit <= 0 then return { 0, epoch, seq, newest_head() } end

local cutoff = now - tonumber(ARGV[2])
local function is_old(rank) return at_of(redis.call('ZRANGE', KEYS[2], rank, rank)[1]) < cutoff end

-- Records lie in order of time: all below `due` go; bisect only where at least one more is old.
local due = math.min(limit, redis.call('ZCOUNT', KEYS[2], '-inf', seq - tonumber(ARGV[3])))
if due < limit and is_old(due) then
  local high = limit
  due = due + 1
  while due < high do
    local middle = math.floor((due + high) / 2)
    if is_old(middle) then due = middle + 1 else high = middle end
  end
end
if due > 0 then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, due - 1) end
return { due, epoch, seq, newest_head() }
