-- What a schedule's successes are kept for. Included after shared; nothing here writes by itself.
--   recurring:successes  hash: schedule -> instant (ms) of its last success
--   recurring:plain      set: schedules that need nothing else of a success: no run waits, no failures count, no silence is watched
--   recurring:silence    zset, the dead man's switch: schedule -> instant (ms) by which it must have succeeded again
local SUCCESSES, PLAIN_SCHEDULES, SILENCE = P .. 'recurring:successes', P .. 'recurring:plain', P .. 'recurring:silence'

-- window: ms, 0 = it need not.
local function expect_success(id, window)
  redis.call('HDEL', P .. 'recurring-job:' .. id, 'Silent')
  if window > 0 then
    redis.call('ZADD', SILENCE, string.format('%d', now + window), id)
  else
    redis.call('ZREM', SILENCE, id)
  end
end
