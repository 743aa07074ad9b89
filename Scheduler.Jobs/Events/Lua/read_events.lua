-- Reads the event log after a number, with its epoch and ends, in one consistent look.
-- KEYS[1]  {prefix}tx; KEYS[2..4] as in event_log
-- ARGV[2]  after         number; records that end beyond it are given
-- ARGV[3]  max records   0 = only the ends of the log
-- ARGV[4]  max bytes     of the records given; the first is given whatever its size
-- ARGV[5]  known epoch   of the caller, 0 = none
-- ARGV[6]  known last    number of the newest event the caller has seen in that epoch
-- ARGV[7]  known head    beginning of that event's record, or empty
-- reply    { epoch, number it began after, newest, oldest kept (newest + 1 in an empty log), head of the newest record,
--            1 if more follow, record... }
-- Twice?   reads the same again; a new epoch is given only once, since the second caller no longer knows the old one.
-- include: shared
-- include: event_log
local epoch, start, seq = open_log(tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7])
local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
local reply = { epoch, start, seq, oldest and first_of(oldest) or seq + 1, newest_head(), 0 }
local max = tonumber(ARGV[3])
if max > 0 then
  local records = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '+inf', 'LIMIT', 0, max)
  local bytes = 0
  for i, record in ipairs(records) do
    bytes = bytes + #record
    if i > 1 and bytes > tonumber(ARGV[4]) then break end
    reply[#reply + 1] = record
  end
  if #reply - 6 < #records or #records == max then reply[6] = 1 end
end
return reply
