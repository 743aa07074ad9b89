-- Included by the scripts that read or trim the event log, after shared.
-- KEYS[2]  {prefix}events        zset: records, score = number of a record's last event
-- KEYS[3]  {prefix}events:epoch  string: the epoch, and the number of the last event before it
-- KEYS[4]  {prefix}events:seq    string: number of the newest event
local HEAD = 120

local function first_of(record) return tonumber(string.match(record, '^{"first":(%d+)')) or 0 end
local function at_of(record) return tonumber(string.match(record, '^{"first":%d+,"at":(%d+)')) or now end

local function newest_head()
  local newest = redis.call('ZREVRANGE', KEYS[2], 0, 0)[1]
  return newest and string.sub(newest, 1, HEAD) or ''
end

-- True where the log no longer holds what the caller saw in it: a restored backup, a lost last second, a failover.
-- A record that is only trimmed does not count.
local function is_rewound(seq, known_last, known_head)
  if seq < known_last then return true end
  if known_head == '' then return false end
  local found = redis.call('ZRANGEBYSCORE', KEYS[2], known_last, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if not found[1] then return false end
  if tonumber(found[2]) == known_last then return string.sub(found[1], 1, HEAD) ~= known_head end
  return first_of(found[1]) <= known_last
end

-- Gives the epoch, the number it began after, and the newest number. A log without an epoch, or one that went back, gets a
-- new epoch, so that no id names two events; records beyond the newest number belong to the lost past and go. An epoch before the
-- one the caller knows is such a past too: a primary that was replaced and came back, or a restored backup.
local function open_log(known_epoch, known_last, known_head)
  local seq = tonumber(redis.call('GET', KEYS[4]) or 0)
  local epoch, start = string.match(redis.call('GET', KEYS[3]) or '', '^(%d+) ?(%d*)$')
  epoch, start = tonumber(epoch or 0), tonumber(start) or 0
  if epoch > known_epoch then return epoch, start, seq end
  local went_back = (epoch > 0 and epoch < known_epoch) or is_rewound(seq, known_last, known_head)
  if epoch > 0 and not went_back then return epoch, start, seq end

  -- Of a log that went back nobody can tell which events are new: readers go on with the next one. Without any epoch
  -- all are new, or all that the caller has not seen.
  start = epoch > 0 and seq or (went_back and 0 or known_last)
  epoch = math.max(math.floor(now / 1000), known_epoch + 1)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '(' .. seq, '+inf')
  redis.call('SET', KEYS[3], string.format('%.0f %.0f', epoch, start))
  return epoch, start, seq
end
