-- findings of the production account
SELECT eventtime, useridentity.arn
FROM cloudtrail_logs
WHERE recipientaccountid = '«account»'
  AND useridentity.accountid IN ('«account»', '«account»')
  AND requestid <> '‹uuid›'
  AND eventtime > '2024-01-01T00:00:00Z';

INSERT INTO orders (id, barcode, phone) VALUES (‹digits:6›, '‹digits:12›', '‹digits:12›');
