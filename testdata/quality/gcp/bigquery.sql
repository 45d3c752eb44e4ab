SELECT user_id FROM `«project».analytics.events` WHERE day = '2024-02-03';
SELECT * FROM `bigquery-public-data.samples.shakespeare`;
