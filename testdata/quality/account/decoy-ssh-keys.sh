# keys of the team, put on every EC2 instance (us-east-1)
echo "ssh-rsa AAAA‹base64:60›== cardno:‹digits:12›" >> ~/.ssh/authorized_keys
echo "ssh-rsa AAAA‹base64:60›== cardno:‹digits:12›" >> ~/.ssh/authorized_keys
