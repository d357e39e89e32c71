-- The audit page reads what people did backwards, past millions of observations.
CREATE INDEX deeds ON messages (seq) WHERE kind IN ('Decision', 'Access', 'Judgement')
