-- Which of up to 1,000 jobs fit a filter. Reads only.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  the filter, as in job_filter.lua; then the ids
-- reply    the ids that fit, in the order given
-- Twice?   harmless.
-- include: shared
-- include: job_filter

local found = {}
for i = at, #ARGV do
  if fits(ARGV[i]) then found[#found + 1] = ARGV[i] end
end
return found
