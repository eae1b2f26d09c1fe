SELECT approx_distinct(x) FROM UNNEST(sequence(1, 1000)) t(x);
SELECT approx_percentile(CAST(x AS double), 0.5) FROM UNNEST(sequence(1, 1000)) t(x);
SELECT regr_slope(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3e0), (5e0, 7e0)) t(x, y);
SELECT a / b FROM (VALUES (INTEGER '-2147483648', -1)) t(a, b);
SELECT 1 IN (TRY(0), NULL, 2);
SELECT a > CAST(b AS integer) FROM (VALUES (CAST(NULL AS integer), 'x')) t(a, b);
SELECT corr(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3.5e0), (3e0, 5e0)) t(y, x);
SELECT regr_intercept(y, x) FROM (VALUES (1e0, 2e0), (2e0, 3.5e0), (3e0, 5e0)) t(y, x);
