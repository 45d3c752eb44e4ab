from elevenlabs.client import ElevenLabs
client = ElevenLabs(api_key="«model-key/elevenlabs-api-key»")
