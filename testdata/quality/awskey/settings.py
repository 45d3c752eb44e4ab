import os

AWS_ACCESS_KEY_ID = '«aws-id:AKIA»'
AWS_SECRET_ACCESS_KEY = '«aws-secret»'
AWS_STORAGE_BUCKET_NAME = 'media-prod'
SECRET_KEY = os.environ['DJANGO_SECRET_KEY']
