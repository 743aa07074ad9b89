-- Puts up to 100 jobs of a stock client, which wait or run, into our index, with their history and those that wait for them.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  the queue they stand in, or will once they are due; '' = unknown
-- ARGV[3+] job ids
-- reply    number of jobs that were not known yet
-- Twice?   0 the second time. The state data of jobs that are not final stays where the stock package reads it.
-- include: shared
-- include: stock_jobs

if not keys_are_sound() then return 0 end
local count = 0
for i = 3, #ARGV do
  local job = load_stock(ARGV[i], 'CreatedAt')
  if job and job.CreatedAt and not job.TakenOver then
    adopt(job, ARGV[2] ~= '' and ARGV[2] or nil)
    adopt_continuations(job)
    count = count + 1
  end
end
if INDEXED then write_indexes() end
return count
